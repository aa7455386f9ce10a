// mercurius with graphql-jit on Fastify, production mode: the fastest way to serve GraphQL from Node that we know.

import { readFileSync } from 'node:fs'

import Fastify from 'fastify'
import mercurius from 'mercurius'

import { edgeOfRow, nearRows, openDatabase } from './near.mjs'

const database = await openDatabase()
const app = Fastify({ logger: false })

app.register(mercurius, {
  schema: readFileSync(new URL('../near.graphql', import.meta.url), 'utf-8'),
  jit: 1,
  cache: true,
  resolvers: {
    Query: {
      async meetings(_, { filter, first }) {
        const rows = await nearRows(database, filter, first)
        return { edges: rows.map((row) => edgeOfRow(row, database.known)) }
      },
    },
  },
})

await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
