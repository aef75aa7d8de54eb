// Runs every audit of the GraphQL-over-HTTP specification against one URL, and prints what came of each as JSON.
import { auditServer } from "graphql-http";

const results = await auditServer({ url: process.argv[2] });
const shown = results.map(({ id, name, status, reason }) => ({ id, name, status, reason }));
console.log(JSON.stringify(shown));
