import { useDocExplorer } from "@graphiql/plugin-doc-explorer";
import { useEffect, useLayoutEffect, useRef } from "react";

/**
 * Keeps the documentation pane where a reader expects it: a new entry begins at its top, and on the way back an entry is
 * where it was left. All entries share one element that scrolls, so by itself each begins where the last one was left.
 */
export function DocsPlaces() {
  const entries = useDocExplorer().map((entry) => entry.name);
  const shown = entries.join("\n");
  const places = useRef<number[]>([]); // how far each entry on the way here was scrolled
  const before = useRef(entries);

  useEffect(() => {
    const note = ({ target }: Event) => {
      if (target === pane()) places.current[before.current.length - 1] = (target as HTMLElement).scrollTop;
    };
    document.addEventListener("scroll", note, { capture: true, passive: true }); // it does not bubble
    return () => document.removeEventListener("scroll", note, { capture: true });
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the same entries of a schema that was read again are no news
  useLayoutEffect(() => {
    if (before.current.join("\n") === shown) return;
    const back = before.current.join("\n").startsWith(`${shown}\n`);
    places.current.length = entries.length;
    if (!back) places.current[entries.length - 1] = 0;
    before.current = entries;
    pane()?.scrollTo({ top: places.current[entries.length - 1] ?? 0, behavior: "instant" });
  }, [shown]);

  return null;
}

/** What scrolls, while it shows documentation. */
function pane(): Element | null {
  return document.querySelector(".graphiql-doc-explorer")?.closest(".graphiql-plugin") ?? null;
}
