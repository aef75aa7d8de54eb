/** A published operation of this server, ready to run. */
export type Example = {
  name: string;
  description: string;
  query: string;
  variables?: Record<string, unknown> | null;
};

/** The examples, or none and a sentence that says why. */
export type Examples = { list: Example[]; problem?: string };

const address = `${import.meta.env.BASE_URL}operations.json`;
const patience = 5_000; // milliseconds: the page waits for the examples, but not for long

/** Never fails: without its examples the page is still GraphiQL. */
export async function loadExamples(): Promise<Examples> {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(patience) });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return { list: await response.json() };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      list: [],
      problem: `The examples could not be loaded: ${reason}. Everything else here works without them.`,
    };
  }
}

/** The example's variables as the variables editor shows them: empty when it has none. */
export function variablesText({ variables }: Example): string {
  return variables && Object.keys(variables).length > 0 ? JSON.stringify(variables, null, 2) : "";
}
