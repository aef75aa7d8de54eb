import "graphiql/setup-workers/vite";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "./style.css";

import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { createRoot } from "react-dom/client";
import { DocsPlaces } from "./docs";
import { loadExamples, variablesText } from "./examples";
import { fetcher } from "./fetcher";
import { examplesPanel } from "./panel";
import { isFirstVisit, startWith, storage } from "./storage";
import valley from "./valley.svg";

const examples = await loadExamples();
const name = new URLSearchParams(window.location.search).get("operation");
const named = examples.list.find((example) => example.name === name);
if (name && !named) examples.problem ??= `There is no example named “${name}”.`;

const firstVisit = isFirstVisit();
const opened = named ?? (firstVisit ? examples.list[0] : undefined);
if (opened) startWith(opened.query, variablesText(opened));
const panel = examplesPanel(examples);

const root = document.getElementById("root");
if (!root) throw new Error("the page has no #root");
createRoot(root).render(
  <>
    <GraphiQL
      fetcher={fetcher}
      storage={storage}
      shouldPersistHeaders={false}
      inputValueDeprecation
      defaultEditorToolsVisibility="variables"
      plugins={[panel, HISTORY_PLUGIN]}
      visiblePlugin={firstVisit || examples.problem ? panel : undefined}
    >
      <GraphiQL.Logo>
        <span className="wordmark">
          <img src={valley} alt="" /> Thalweg
        </span>
      </GraphiQL.Logo>
    </GraphiQL>
    <DocsPlaces />
  </>,
);
