// PostGraphile 5: GraphQL made of the tables, a SQL function that finds, computed columns for what depends on the point.

import { createServer } from 'node:http'

// Node 20 lacks it and PostGraphile 5 uses it.
Promise.withResolvers ??= function withResolvers() {
  let resolve
  let reject
  const promise = new Promise((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

const { postgraphile } = await import('postgraphile')
const { PostGraphileAmberPreset } = await import('postgraphile/presets/amber')
const { grafserv } = await import('postgraphile/grafserv/node')
const { makePgService } = await import('postgraphile/adaptors/pg')

const preset = {
  extends: [PostGraphileAmberPreset],
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
  grafast: { explain: false },
  pgServices: [
    makePgService({
      connectionString: process.env.DATABASE_URL,
      schemas: ['peers'],
      poolConfig: { max: 8 },
    }),
  ],
}

const server = createServer()
const service = postgraphile(preset).createServ(grafserv)
await service.addTo(server)
server.listen(Number(process.env.PORT), '127.0.0.1')
