import { readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

const licenses = "LICENSES.txt";
const comments = { legal: true, annotation: false, jsdoc: false };

// The server answers GET /graphql with index.html, and serves the other files under /graphiql/.
export default defineConfig({
  root: "src/graphiql",
  base: "/graphiql/",
  plugins: [moreLicenses()],
  build: {
    outDir: "../../../server/thalweg/web/graphiql",
    emptyOutDir: true,
    license: { fileName: licenses },
    chunkSizeWarningLimit: 2_000, // Monaco's own
    rolldownOptions: {
      checks: { moduleLevelDirective: false }, // "use client", in nearly every React package: nothing to a bundle
      output: { comments },
    },
  },
  worker: { rolldownOptions: { output: { comments } } },
});

/** Adds what Vite's list leaves out: a package that only a worker uses, and what Monaco carries in its own tree. */
function moreLicenses(): Plugin {
  const text = (file: string) => readFileSync(`node_modules/${file}`, "utf8");
  const more = [
    `## picomatch-browser (MIT)\n\n${text("picomatch-browser/LICENSE")}`,
    `## monaco-editor: third-party notices\n\n${text("monaco-editor/ThirdPartyNotices.txt")}`,
    "## codicon, the icon font of monaco-editor (CC-BY-4.0)\n\nCopyright (c) Microsoft Corporation\n",
  ];
  return {
    name: "more-licenses",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const list = bundle[licenses];
        if (list?.type !== "asset") return this.error(`there is no ${licenses} to add to`);
        list.source = [list.source, ...more].join("\n");
      },
    },
  };
}
