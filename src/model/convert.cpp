#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "base/fail.h"
#include "base/thread_pool.h"
#include "io/bundle.h"
#include "io/file.h"
#include "io/safetensors.h"
#include "io/safetensors_writer.h"
#include "io/scratch_folder.h"
#include "io/zip.h"
#include "kernels/kernels.h"
#include "model/golden.h"
#include "model/locate.h"
#include "model/pipeline.h"
#include "model/weights.h"
#include "sememe/encoder.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kWeights = "model.safetensors", kGolden = "golden.jsonl";

/// Files that other programs made of the same model, or that are no part of it.
bool is_foreign(const std::string& name) {
  constexpr std::string_view kFolders[] = {"onnx", "openvino"};
  constexpr std::string_view kEndings[] = {".bin", ".h5",   ".ot",  ".msgpack", ".onnx", ".xml", ".py",
                                           ".pt",  ".ckpt", ".pth", ".gguf",    ".npy",  ".tmp", ".mlmodel"};
  const fs::path path(name);
  const std::string ending = path.extension().string();
  return std::find(std::begin(kFolders), std::end(kFolders), *path.begin()) != std::end(kFolders) ||
         std::find(std::begin(kEndings), std::end(kEndings), ending) != std::end(kEndings);
}

bool is_weights(const std::string& name) {
  return name.ends_with(".safetensors") || name.ends_with(".safetensors.index.json");
}

/// Numbers of one tensor in a form that is written.
struct Converted {
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;
  std::vector<std::byte> data;
};

template <class T>
std::vector<std::byte> bytes_of(const std::vector<T>& values) {
  const std::span<const std::byte> bytes = std::as_bytes(std::span(values));
  return {bytes.begin(), bytes.end()};
}

/// The row as bytes by the scale, of some near largest / 127, that leaves the least squared error.
float to_bytes(std::span<const float> row, std::span<std::int8_t> out) {
  constexpr float kMostByte = 127;
  constexpr int kTried = 16;
  constexpr float kStep = 0.02F;
  float largest = 0;
  for (const float x : row) largest = std::max(largest, std::abs(x));
  if (!(largest > 0)) {
    std::fill(out.begin(), out.end(), std::int8_t{0});
    return 1;
  }
  const auto round = [&](float x, float scale) { return std::clamp(std::nearbyint(x / scale), -kMostByte, kMostByte); };
  float best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < kTried; ++i) {
    const float scale = largest / kMostByte * (1 - kStep * static_cast<float>(i));
    double error = 0;
    for (const float x : row) error += std::pow(static_cast<double>(x) - scale * round(x, scale), 2);
    if (error < least) least = error, best = scale;
  }
  for (std::size_t i = 0; i < row.size(); ++i) out[i] = static_cast<std::int8_t>(round(row[i], best));
  return best;
}

/// Writes the tensors of `folder` to `to`, matrices as `type`, all else as float32.
void write_weights(const fs::path& folder, const fs::path& to, WeightType type) {
  const TensorStore store = open_weights(folder);
  std::map<std::string, Converted> tensors;
  ThreadPool pool(ThreadPool::size_for(0));
  for (const auto& [name, tensor] : store.tensors()) {
    Converted& out = tensors[name];
    out.shape = tensor.shape;
    if (!tensor.is_numbers()) {  // counters, the row of each token: as they are
      out.dtype = tensor.dtype;
      out.data.assign(tensor.data.begin(), tensor.data.end());
      continue;
    }
    std::vector<float> values(static_cast<std::size_t>(tensor.size()));
    copy_checked(tensor, values.data(), pool);
    if (type == WeightType::kFloat32 || tensor.shape.size() != 2 || tensor.size() == 0) {
      out.data = bytes_of(values);
    } else if (type == WeightType::kBfloat16) {
      std::vector<bf16> halves(values.size());
      kernels(Isa::kScalar).to_bf16(values.data(), halves.data(), tensor.size());  // the same bytes on every machine
      out.dtype = DType::kBF16;
      out.data = bytes_of(halves);
    } else {
      const std::int64_t rows = tensor.shape[0], cols = tensor.shape[1];
      std::vector<std::int8_t> bytes(values.size());
      std::vector<float> scales(static_cast<std::size_t>(rows));
      pool.run(rows, [&](std::int64_t i, int) {
        const auto at = static_cast<std::size_t>(i * cols), width = static_cast<std::size_t>(cols);
        scales[static_cast<std::size_t>(i)] =
            to_bytes(std::span(values).subspan(at, width), std::span(bytes).subspan(at, width));
      });
      out.dtype = DType::kI8;
      out.data = bytes_of(bytes);
      tensors[concat(name, kScaleEnding)] = {DType::kF32, {rows, 1}, bytes_of(scales)};
    }
  }
  std::vector<TensorToWrite> list;
  for (const auto& [name, t] : tensors) list.push_back({name, t.dtype, t.shape, t.data});
  write_safetensors(to, std::move(list), {{"format", "pt"}});
}

void copy_whole(const fs::path& from, const fs::path& to) {
  make_folders(to.parent_path());
  const MappedFile bytes(from);
  write_file(to, bytes.text());
}

/// The model in `folder` with its weights as `type`, as a folder.
void convert_to_folder(const fs::path& from, const fs::path& folder, WeightType type) {
  const bool same = type == WeightType::kSame;
  std::set<fs::path> weights;
  for (const std::string& name : files_below(from)) {
    if (is_foreign(name)) continue;
    if (same || (!is_weights(name) && name != kGolden))
      copy_whole(from / name, folder / name);
    else if (is_weights(name))
      weights.insert(fs::path(name).parent_path());
  }
  for (const fs::path& part : weights) write_weights(from / part, folder / part / kWeights, type);
  if (same || !file_exists(from / kGolden)) return;
  const Encoder exact = Encoder::load(folder.string(), {.compute = ComputeType::kFloat32});
  std::vector<std::string> texts;
  for_each_golden(from / kGolden, [&](const Json& record) { texts.emplace_back(record.at("text").as_string()); });
  write_file(folder / kGolden, golden_lines(exact, texts));
}

}  // namespace

void convert_model(std::string_view model, const fs::path& out, WeightType type) {
  constexpr std::int64_t kAlignment = 64;
  const fs::path from = find_model_folder(model);
  read_pipeline(from, "mean");  // a model, or an error that says what is wrong
  const bool bundle = out.extension() == kBundleEnding;
  if (!bundle && !is_new_folder(out))
    fail(ErrorCode::kInvalidArgument, out.string(), ": is there already; name a new folder, or a file named *",
         kBundleEnding);
  if (!bundle) return convert_to_folder(from, out, type);
  const ScratchFolder scratch;
  convert_to_folder(from, scratch.path(), type);
  ZipWriter zip(out);
  std::vector<std::string> names = files_below(scratch.path());
  std::stable_partition(names.begin(), names.end(), [](const std::string& name) { return !is_weights(name); });
  for (const std::string& name : names) {
    const MappedFile bytes(scratch.path() / name);
    zip.begin(name, kAlignment);
    zip.write(bytes.text());
    zip.end();
  }
  zip.finish();
}

}  // namespace sememe
