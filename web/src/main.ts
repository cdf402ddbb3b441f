import { App } from "./app";
import { readOptional, readScene } from "./data";
import { h } from "./dom";
import "./style.css";
import type { Tour } from "./tour/lesson";
import { showTour } from "./tour/page";

declare global {
  interface Window {
    /** For tests: what the page shows, in numbers. */
    sememe?: App;
  }
}

const root = document.getElementById("app")!;
try {
  const scene = readScene();
  const tour = readOptional("tour") as Tour | null;
  document.title = `${scene.title} – Sememe`;
  if (scene.size === 0 || scene.layouts.length === 0) root.append(h("main", {}, h("h1", {}, scene.title), h("p", {}, "There are no points.")));
  else if (tour) showTour(root, scene, tour);
  else window.sememe = new App(root, scene);
} catch (error) {
  root.append(h("main", {}, h("h1", {}, "This page cannot be shown"), h("p", { role: "alert" }, String(error))));
  throw error;
}
