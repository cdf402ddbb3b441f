#include "cli/scene.h"

#include <cmath>
#include <filesystem>
#include <utility>

#include "base/fail.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "explore/page.h"

namespace sememe::cli {

Scene make_scene(MapInput& input, SceneOptions options, std::string title, Console& console) {
  Scene scene;
  scene.title = std::move(title);
  scene.model = input.model;
  scene.texts = std::move(input.texts);
  scene.columns = std::move(input.columns);
  StageProgress stages(console);
  std::string what;
  options.begin = [&](std::string_view name) { what = name; };
  options.map.progress = [&](const MapProgress& state) {
    const std::string stage(state.stage);
    stages.update(concat(what, ": ", stage), state.done, state.total, stage);
    return true;
  };
  fill_scene(scene, input.vectors.view(), options);
  stages.finish();
  if (scene.neighbor_recall < 1)
    console.note("neighbours were looked for approximately: some ", std::lround(1000 * scene.neighbor_recall),
                 " of 1,000 true ones are there");
  return scene;
}

std::string scene_title(const Arguments& arguments) {
  if (arguments.on("demo") || arguments.on("tour")) return "Fourteen words";
  const std::string path = arguments.text("input").value_or("-");
  return path == "-" ? "Texts" : std::filesystem::path(path).filename().string();
}

std::int64_t write_scene(const Scene& scene, const std::string& name) {
  AtomicFile out(output_path(name));
  write_page(scene, [&](std::string_view bytes) { out.write(bytes); });
  out.commit();
  return out.size();
}

}  // namespace sememe::cli
