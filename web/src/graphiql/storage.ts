import { createLocalStorage } from "@graphiql/toolkit";

/**
 * The browser's storage under a name of our own, less every request header: a header may hold a token. GraphiQL keeps
 * headers out of its tabs (`shouldPersistHeaders`), but its history would store them in clear.
 */
export const storage = createLocalStorage({ namespace: "thalweg" });

const histories = new Set(["graphiql:queries", "graphiql:favorites"]);
const store = storage.setItem;

storage.setItem = (key, value) => store(key, histories.has(key) ? withoutHeaders(value) : value);

function withoutHeaders(history: string): string {
  return JSON.stringify(JSON.parse(history), (key, value) => (key === "headers" ? undefined : value));
}

/**
 * Makes GraphiQL start with this query and its variables: in the tab that has them, or in a new one. Told by its
 * properties instead (`initialVariables`), it would lose the variables on the next reload.
 */
export function startWith(query: string, variables: string): void {
  storage.setItem("graphiql:query", query);
  storage.setItem("graphiql:variables", variables);
}

/** Whether this browser has no tabs of an earlier visit. */
export function isFirstVisit(): boolean {
  return storage.getItem("graphiql:tabState") === null;
}
