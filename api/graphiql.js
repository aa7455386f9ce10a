"use strict";
const QUERY = `# What starts within two hours round a point.
# Ctrl-Enter asks; pointing at a word explains it.
query Soon($latitude: Float!, $longitude: Float!) {
  meetings(
    filter: {
      place: {
        near: { latitude: $latitude, longitude: $longitude }
        radiusKm: 25
        orOnline: true
      }
      time: { within: "PT2H" }
    }
    first: 10
  ) {
    totalCount
    edges {
      distanceKm
      nextOccurrence { startsAt endsAt }
      node {
        id name recurrenceText venueType
        venue { name street city }
        online { url }
        formats { name }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`;
const VARIABLES = JSON.stringify({ latitude: 40.7128, longitude: -74.006 }, null, 2);
const headers = { "Content-Type": "application/json", Accept: "application/json" };
const fetcher = (asked) =>
  fetch("/graphql", { method: "POST", headers, body: JSON.stringify(asked), credentials: "omit" }).then(
    (response) => response.json(),
  );
// What one looked for is nobody's business: nothing is kept in the browser.
const kept = new Map();
const storage = {
  getItem: (key) => (kept.has(key) ? kept.get(key) : null),
  setItem: (key, value) => kept.set(key, value),
  removeItem: (key) => kept.delete(key),
  clear: () => kept.clear(),
  get length() { return kept.size; },
};
ReactDOM.render(
  React.createElement(GraphiQL, {
    fetcher,
    storage,
    defaultQuery: QUERY,
    variables: VARIABLES,
    shouldPersistHeaders: false,
  }),
  document.getElementById("graphiql"),
);
