#pragma once

#include <cstdint>
#include <string>

#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/map_input.h"
#include "explore/scene.h"

namespace sememe::cli {

/// The scene of `input`, which gives up its texts and columns, with a progress line for each of its stages.
Scene make_scene(MapInput& input, SceneOptions options, std::string title, Console& console);

/// What to call the points: the name of their file, "Fourteen words" of --demo, else "Texts".
std::string scene_title(const Arguments& arguments);

/// Writes the page of `scene` to the file that -o names; returns its bytes.
std::int64_t write_scene(const Scene& scene, const std::string& name);

}  // namespace sememe::cli
