import { createGraphiQLFetcher } from "@graphiql/toolkit";

const endpoint = new URL("/graphql", window.location.href);
const socket = new URL(endpoint);
socket.protocol = endpoint.protocol === "https:" ? "wss:" : "ws:";

/** Queries and mutations go by POST, subscriptions by graphql-transport-ws with the typed headers as its parameters. */
export const fetcher = createGraphiQLFetcher({
  url: endpoint.href,
  subscriptionUrl: socket.href,
  headers: { accept: "application/graphql-response+json, application/json" },
  enableIncrementalDelivery: false, // the server has neither @defer nor @stream
});
