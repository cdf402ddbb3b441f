#include <stdlib.h>  // mkdtemp

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <set>

#include "base/fail.h"
#include "base/thread_pool.h"
#include "io/bundle.h"
#include "io/descriptor.h"
#include "io/file.h"
#include "io/json.h"
#include "io/safetensors.h"
#include "io/safetensors_writer.h"
#include "io/zip.h"
#include "model/golden.h"
#include "model/locate.h"
#include "model/pipeline.h"
#include "model/weights.h"
#include "sememe/encoder.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kWeights = "model.safetensors", kGolden = "golden.jsonl";
constexpr std::int64_t kMostFileBytes = std::int64_t{1} << 40;

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

/// bfloat16, rounded to the nearest, ties to even.
std::uint16_t to_bfloat16(float x) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &x, sizeof bits);
  return static_cast<std::uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
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
    if (!tensor.is_numbers()) continue;  // position_ids: a counter that old files carry along
    std::vector<float> values(static_cast<std::size_t>(tensor.size()));
    copy_to_float(tensor, 0, values);
    for (const float x : values)
      if (!std::isfinite(x))
        fail(ErrorCode::kCorrupt, tensor.file->string(), ": tensor '", name,
             "' holds NaN or infinity; the weights are damaged");
    Converted& out = tensors[name];
    out.shape = tensor.shape;
    if (type == WeightType::kFloat32 || tensor.shape.size() != 2 || tensor.size() == 0) {
      out.data = bytes_of(values);
    } else if (type == WeightType::kBfloat16) {
      std::vector<std::uint16_t> halves(values.size());
      std::transform(values.begin(), values.end(), halves.begin(), to_bfloat16);
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

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) fail(ErrorCode::kIo, folder.string(), ": cannot make the folder: ", error.message());
}

void copy_whole(const fs::path& from, const fs::path& to) {
  make_folder(to.parent_path());
  const MappedFile bytes(from);
  AtomicFile file(to);
  file.write(bytes.text());
  file.commit();
}

/// The texts of a golden.jsonl.
std::vector<std::string> golden_texts(const fs::path& file) {
  std::vector<std::string> texts;
  const std::string lines = read_file(file, kMostFileBytes);
  for (std::size_t begin = 0, number = 1; begin < lines.size(); ++number) {
    const std::size_t end = std::min(lines.find('\n', begin), lines.size());
    if (end > begin) {
      const JsonDocument line =
          JsonDocument::parse(lines.substr(begin, end - begin), concat(file.string(), ":", number));
      texts.emplace_back(line.root().at("text").as_string());
    }
    begin = end + 1;
  }
  return texts;
}

/// A temporary folder that goes away with the object.
class Workshop {
 public:
  Workshop() {
    std::string name = (temporary_folder() / "sememe-convert-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) fail(ErrorCode::kIo, name, ": cannot make a folder: ", std::strerror(errno));
    folder_ = name;
  }
  ~Workshop() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;
  const fs::path& folder() const { return folder_; }

 private:
  fs::path folder_;
};

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
  AtomicFile golden(folder / kGolden);
  golden.write(golden_lines(exact, golden_texts(from / kGolden)));
  golden.commit();
}

}  // namespace

void convert_model(std::string_view model, const fs::path& out, WeightType type) {
  constexpr std::int64_t kAlignment = 64;
  const fs::path from = find_model_folder(model);
  read_pipeline(from, "mean");  // a model, or an error that says what is wrong
  const bool bundle = out.extension() == kBundleEnding;
  std::error_code error;
  if (!bundle && fs::exists(out, error) && !(fs::is_directory(out, error) && fs::is_empty(out, error)))
    fail(ErrorCode::kInvalidArgument, out.string(), ": is there already; name a new folder, or a file named *",
         kBundleEnding);
  if (!bundle) return convert_to_folder(from, out, type);
  const Workshop workshop;
  convert_to_folder(from, workshop.folder(), type);
  ZipWriter zip(out);
  std::vector<std::string> names = files_below(workshop.folder());
  std::stable_partition(names.begin(), names.end(), [](const std::string& name) { return !is_weights(name); });
  for (const std::string& name : names) {
    const MappedFile bytes(workshop.folder() / name);
    zip.begin(name, kAlignment);
    zip.write(bytes.text());
    zip.end();
  }
  zip.finish();
}

}  // namespace sememe
