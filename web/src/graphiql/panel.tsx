import { type GraphiQLPlugin, pick, UnStyledButton, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { type Example, type Examples, variablesText } from "./examples";

/** The side panel that lists the examples. */
export function examplesPanel(examples: Examples): GraphiQLPlugin {
  return { title: "Examples", icon: Icon, content: () => <Panel {...examples} /> };
}

function Panel({ list, problem }: Examples) {
  const open = useOpen();
  return (
    <section aria-label="Examples">
      <h2 className="examples-title">Examples</h2>
      {problem && <p role="status">{problem}</p>}
      <ul className="examples">
        {list.map((example) => (
          <li key={example.name}>
            <UnStyledButton type="button" className="example" disabled={!open} onClick={() => open?.(example)}>
              <span className="example-name">{example.name}</span>
              <span className="example-description">{example.description}</span>
            </UnStyledButton>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Opens an example in a new tab, or shows the tab that still holds it unchanged. Undefined until the editors stand. */
function useOpen(): ((example: Example) => void) | undefined {
  const { tabs, queryEditor, variableEditor, headerEditor } = useGraphiQL(
    pick("tabs", "queryEditor", "variableEditor", "headerEditor"),
  );
  const { addTab, changeTab, updateActiveTabValues } = useGraphiQLActions();
  if (!queryEditor || !variableEditor || !headerEditor) return undefined;

  return (example) => {
    const query = example.query;
    const variables = variablesText(example);
    const opened = tabs.findIndex((tab) => tab.query === query && (tab.variables ?? "") === variables);
    if (opened >= 0) {
      changeTab(opened);
      return;
    }
    const headers = headerEditor.getValue(); // a token that was typed in one tab is wanted in the next one too
    addTab();
    queryEditor.setValue(query);
    variableEditor.setValue(variables);
    headerEditor.setValue(headers);
    updateActiveTabValues({ query, variables, headers });
  };
}

function Icon() {
  return (
    <svg
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d="M8 4h10M8 10h10M8 16h10" />
      <path d="M3 4h.01M3 10h.01M3 16h.01" strokeWidth="3" />
    </svg>
  );
}
