import { App } from "../app";
import type { Scene } from "../data";
import { h } from "../dom";
import { askLesson } from "../live";
import type { Lesson, Tour } from "./lesson";
import { wordMap } from "./map";
import { attentionPart, bankPart, cosinePart, poolingPart, rowsPart, tokensPart } from "./parts";

/** The lesson's page: a text on its way to a vector, step by step, then the map of words. */
export function showTour(root: HTMLElement, scene: Scene, tour: Tour): void {
  const text = h("input", { id: "text", type: "text", required: true, value: tour.lesson.texts[0].text });
  const other = h("input", { id: "other", type: "text", required: true, value: tour.lesson.texts[1].text });
  const status = h("p", { class: "note", role: "status" });
  const form = h(
    "form",
    { class: "ask" },
    h("label", { for: "text" }, "A text", text),
    h("label", { for: "other" }, "Another, to compare", other),
    h("button", { type: "submit" }, "Follow it"),
    status,
  );
  const steps = h("div");
  const step = (number: number, title: string, say: string, part: HTMLElement) =>
    h("section", { "aria-labelledby": `step-${number}` }, h("h2", { id: `step-${number}` }, `${number}. ${title}`), h("p", {}, say), part);
  const draw = (lesson: Lesson) => {
    const [one] = lesson.texts;
    steps.replaceChildren(
      step(1, "Tokens", "A model does not read letters. It reads pieces that it has a number for.", tokensPart(one, tour.vocabulary)),
      step(2, "Rows of a table", "Each number picks a row of a table that was learned. The row is the same in every sentence.", rowsPart(one)),
      step(3, "Attention", `In each of ${tour.layers} layers, every token looks at all tokens and takes a share from each.`, attentionPart(one)),
      step(4, "Pooling", "Many vectors become one.", poolingPart(lesson, tour.modules)),
      step(5, "How close are two texts?", "Texts that mean alike have vectors that point the same way.", cosinePart(lesson)),
      step(6, "The same word, another meaning", "What attention is good for:", bankPart(tour.bank)),
    );
  };
  draw(tour.lesson);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    status.textContent = "…";
    askLesson(text.value, other.value)
      .then((lesson) => {
        draw(lesson);
        status.textContent = `cosine ${lesson.cosine.toFixed(3)}`;
      })
      .catch((error: Error) => (status.textContent = error.message));
  });
  const open = h("button", { type: "button" }, "Open this map in the explorer");
  open.addEventListener("click", () => {
    root.replaceChildren();
    window.sememe = new App(root, scene);
  });
  root.append(
    h(
      "main",
      { class: "tour" },
      h("h1", {}, "How a text becomes a vector"),
      h("p", { class: "about" }, `Every number on this page was computed by ${tour.model}: ${tour.layers} layers, ${tour.dimensions} dimensions.`),
      scene.live ? form : h("p", { class: "note" }, "This is a file: serve the page (sememe explore --tour) to follow texts of your own."),
      steps,
      h(
        "section",
        { "aria-labelledby": "step-7" },
        h("h2", { id: "step-7" }, "7. A map of words"),
        h("p", {}, `${scene.dimensions} dimensions cannot be seen. A map keeps neighbours together as well as it can; choose a word to see its true ones.`),
        wordMap(scene),
        open,
      ),
    ),
  );
}
