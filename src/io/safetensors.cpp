#include "io/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "base/fail.h"
#include "io/bundle.h"
#include "io/file.h"
#include "io/json.h"
#include "io/little_endian.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;

// Dtypes of the format that this build cannot widen: a file that has one is not broken.
constexpr std::array<std::string_view, 8> kForeignDTypes = {"F4",      "F6_E2M3", "F6_E3M2",     "F8_E4M3",
                                                            "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"};

using Tensors = std::map<std::string, Tensor, std::less<>>;

struct Shard {
  explicit Shard(const fs::path& path) : file(path) {}
  MappedFile file;
  Tensors tensors;
  std::map<std::string, std::string> metadata;
};

std::vector<std::int64_t> read_shape(const Json& entry) {
  std::vector<std::int64_t> shape;
  for (const Json& extent : entry.at("shape").elements()) {
    if (extent.as_int() < 0) extent.fail(concat("expected an extent of 0 or more, found ", extent.as_int()));
    shape.push_back(extent.as_int());
  }
  return shape;
}

DType read_dtype(const Json& entry) {
  const Json value = entry.at("dtype");
  const std::string_view name = value.as_string();
  if (const std::optional<DType> dtype = dtype_from_name(name)) return *dtype;
  if (std::find(kForeignDTypes.begin(), kForeignDTypes.end(), name) != kForeignDTypes.end()) {
    fail(ErrorCode::kUnsupported, value.where(), ": dtype ", name,
         " is not supported; convert the tensor to F32, F16 or BF16");
  }
  value.fail(concat("expected a dtype such as F32, F16 or BF16, found ", quote(name)));
}

/// One entry of the header; `data` is what follows the header.
Tensor read_entry(const std::string& name, const Json& entry, std::span<const std::byte> data, const fs::path& path) {
  Tensor tensor;
  tensor.name = name;
  tensor.dtype = read_dtype(entry);
  tensor.shape = read_shape(entry);
  tensor.file = &path;
  const std::vector<Json> offsets = entry.at("data_offsets").elements();
  if (offsets.size() != 2) entry.at("data_offsets").fail(concat("expected 2 offsets, found ", offsets.size()));
  const std::int64_t begin = offsets[0].as_int(), end = offsets[1].as_int();
  if (begin < 0 || begin > end) {
    entry.fail(concat("expected data_offsets in order, found ", begin, " to ", end));
  }
  if (std::cmp_greater(end, data.size())) {
    entry.fail(concat("the data ends at byte ", end, " and the file after byte ", data.size(),
                      " of its data; is it truncated?"));
  }
  const std::optional<std::int64_t> size = checked_size(tensor.shape);
  if (!size) entry.fail(concat("the shape ", shape_text(tensor.shape), " is too large for any file"));
  const std::int64_t bytes = *size * dtype_size(tensor.dtype);
  if (bytes != end - begin) {
    entry.fail(concat("shape ", shape_text(tensor.shape), " of ", dtype_name(tensor.dtype), " takes ", bytes,
                      " bytes, data_offsets span ", end - begin));
  }
  tensor.data = data.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(bytes));
  return tensor;
}

/// Tensors must follow each other from the first byte of the data to the last: anything else is a header that two
/// readers may understand differently, or a place to hide bytes in.
void check_layout(const Tensors& tensors, std::span<const std::byte> data, const fs::path& path) {
  std::vector<const Tensor*> order;
  for (const auto& [name, tensor] : tensors) order.push_back(&tensor);
  const auto offset = [&](const Tensor& t) { return t.data.data() - data.data(); };
  std::sort(order.begin(), order.end(), [&](const Tensor* a, const Tensor* b) {
    return std::pair(offset(*a), a->data.size()) < std::pair(offset(*b), b->data.size());
  });
  std::ptrdiff_t at = 0;
  const Tensor* previous = nullptr;
  for (const Tensor* tensor : order) {
    if (offset(*tensor) < at) {
      fail(ErrorCode::kCorrupt, path.string(), ": tensors ", quote(previous->name), " and ", quote(tensor->name),
           " overlap: the second starts at byte ", offset(*tensor), ", the first ends at ", at);
    }
    if (offset(*tensor) > at) {
      fail(ErrorCode::kCorrupt, path.string(), ": ", offset(*tensor) - at, " bytes before tensor ", quote(tensor->name),
           " belong to no tensor");
    }
    at += std::ssize(tensor->data);
    previous = tensor;
  }
  if (std::cmp_not_equal(at, data.size())) {
    fail(ErrorCode::kCorrupt, path.string(), ": ", std::ssize(data) - at, " bytes after the last tensor's end");
  }
}

/// `path` outlives the shard: its tensors point to it.
Shard open_shard(const fs::path& path) {
  Shard shard(path);
  const std::span<const std::byte> bytes = shard.file.bytes();
  std::uint64_t header_size = 0;
  if (bytes.size() < sizeof(header_size)) {
    fail(ErrorCode::kCorrupt, path.string(), ": ", bytes.size(), " bytes are too few for a safetensors file");
  }
  header_size = read_little<std::uint64_t>(shard.file.text());
  if (header_size > kMaxHeaderBytes) {
    fail(ErrorCode::kCorrupt, path.string(), ": header length ", header_size, " is over the limit of ", kMaxHeaderBytes,
         " bytes; is this a safetensors file?");
  }
  if (header_size > bytes.size() - sizeof(header_size)) {
    fail(ErrorCode::kCorrupt, path.string(), ": header length ", header_size, " is more than the file's ",
         bytes.size() - sizeof(header_size), " bytes after it; is it truncated?");
  }
  const std::string_view text = shard.file.text().substr(sizeof(header_size), static_cast<std::size_t>(header_size));
  const std::span<const std::byte> data = bytes.subspan(sizeof(header_size) + text.size());
  if (!text.starts_with('{')) {
    fail(ErrorCode::kCorrupt, path.string(), ": header: expected '{' first, found ",
         text.empty() ? "nothing" : quote(text.substr(0, 1)));
  }
  const JsonDocument header = JsonDocument::parse(text, path.string());
  for (const auto& [key, entry] : header.root().members()) {
    std::string name(key);
    if (name == "__metadata__") {
      if (entry.is_null()) continue;
      for (const auto& [k, v] : entry.members()) shard.metadata.emplace(k, v.as_string());
    } else {
      Tensor tensor = read_entry(name, entry, data, path);
      shard.tensors.emplace(std::move(name), std::move(tensor));
    }
  }
  check_layout(shard.tensors, data, path);
  return shard;
}

/// Gives matrices of bytes the scales of their rows that stand beside them.
void attach_scales(Tensors& tensors) {
  for (auto& [name, tensor] : tensors) {
    if (tensor.dtype != DType::kI8 || tensor.shape.size() != 2 || tensor.size() == 0) continue;
    const auto found = tensors.find(concat(name, kScaleEnding));
    if (found == tensors.end() || !is_floating(found->second.dtype)) continue;
    const Tensor& scales = found->second;
    if (scales.size() != tensor.shape[0])
      fail(ErrorCode::kCorrupt, scales.file->string(), ": tensor ", quote(scales.name), " is ",
           shape_text(scales.shape), "; expected a scale for each of the ", tensor.shape[0], " rows of ", quote(name));
    tensor.scales.resize(static_cast<std::size_t>(scales.size()));
    copy_to_float(scales, 0, tensor.scales);
  }
  std::erase_if(tensors, [&](const auto& entry) {
    const std::string_view name = entry.first;
    if (!name.ends_with(kScaleEnding)) return false;
    const auto owner = tensors.find(name.substr(0, name.size() - kScaleEnding.size()));
    return owner != tensors.end() && !owner->second.scales.empty();
  });
}

/// Whether there is something to open; what cannot be looked at is left to the opening to refuse.
bool present(const fs::path& path) {
  if (into_bundle(path)) return file_exists(path);
  std::error_code error;
  return fs::exists(path, error) || error;
}

/// A shard's name is a path below the folder of its index.
void check_shard_name(const Json& value) {
  const std::string_view name = value.as_string();
  const fs::path path(name);
  const bool climbs = std::find(path.begin(), path.end(), "..") != path.end();
  if (name.empty() || path.is_absolute() || climbs || name.find('\\') != name.npos || name.find('\0') != name.npos) {
    value.fail(concat("the shard ", quote(name), " is not inside the model's folder"));
  }
}

}  // namespace

std::int64_t Tensor::size() const { return std::ssize(data) / dtype_size(dtype); }

void copy_to_float(const Tensor& tensor, std::int64_t first, std::span<float> out) {
  const auto where = [&] {
    return concat(tensor.file == nullptr ? std::string() : tensor.file->string() + ": ", "tensor ", quote(tensor.name));
  };
  if (!tensor.is_numbers()) {
    fail(ErrorCode::kInvalidArgument, where(), ": expected a floating-point dtype, found ", dtype_name(tensor.dtype));
  }
  if (first < 0 || first > tensor.size() || std::ssize(out) > tensor.size() - first) {
    fail(ErrorCode::kInvalidArgument, where(), ": elements ", first, " to ", first + std::ssize(out), " of ",
         tensor.size());
  }
  if (is_floating(tensor.dtype))
    return widen_to_float(tensor.dtype, tensor.data.data() + first * dtype_size(tensor.dtype), out);
  const auto* const bytes = reinterpret_cast<const std::int8_t*>(tensor.data.data());
  const std::int64_t width = tensor.size() / std::ssize(tensor.scales), end = first + std::ssize(out);
  for (std::int64_t i = first; i < end;) {
    const std::int64_t row = i / width, stop = std::min(end, (row + 1) * width);
    const float scale = tensor.scales[static_cast<std::size_t>(row)];
    float* const to = out.data() - first;
    for (; i < stop; ++i) to[i] = scale * static_cast<float>(bytes[i]);
  }
}

struct TensorStore::State {
  std::vector<fs::path> paths;  // never grows once tensors point into it
  std::vector<Shard> shards;
  Tensors tensors;
};

TensorStore TensorStore::open(const fs::path& file) {
  TensorStore store;
  store.state_ = std::make_shared<State>();
  State& state = *store.state_;
  state.paths.push_back(file);
  state.shards.push_back(open_shard(state.paths[0]));
  state.tensors = std::move(state.shards[0].tensors);
  attach_scales(state.tensors);
  return store;
}

TensorStore TensorStore::open_folder(const fs::path& folder, std::string_view stem) {
  const fs::path single = folder / concat(stem, ".safetensors");
  if (present(single)) return open(single);
  const fs::path index_path = folder / concat(stem, ".safetensors.index.json");
  if (!present(index_path)) {
    fail(ErrorCode::kNotFound, "no ", single.filename().string(), " and no ", index_path.filename().string(), " in ",
         folder.string());
  }
  const JsonDocument index = JsonDocument::load(index_path);
  const std::vector<Json::Member> weight_map = index.root().at("weight_map").members();
  std::set<std::string_view> names;
  for (const auto& [tensor, shard] : weight_map) {
    check_shard_name(shard);
    names.insert(shard.as_string());
  }
  if (names.empty()) index.root().at("weight_map").fail("no tensors are listed");

  TensorStore store;
  store.state_ = std::make_shared<State>();
  State& state = *store.state_;
  for (const std::string_view name : names) state.paths.push_back(folder / name);
  std::map<std::string_view, std::size_t> number;
  for (const std::string_view name : names) {
    const std::size_t i = number.size();
    if (!present(state.paths[i])) {
      fail(ErrorCode::kNotFound, "no such file: ", state.paths[i].string(), ", a shard that ", index_path.string(),
           " lists");
    }
    state.shards.push_back(open_shard(state.paths[i]));
    number.emplace(name, i);
  }
  for (const auto& [name, shard] : weight_map) {
    const std::size_t i = number.at(shard.as_string());
    auto node = state.shards[i].tensors.extract(std::string(name));
    if (node.empty()) shard.fail(concat("there is no such tensor in ", state.paths[i].string()));
    state.tensors.insert(std::move(node));
  }
  attach_scales(state.tensors);
  return store;
}

const Tensor* TensorStore::find(std::string_view name) const {
  const auto found = state_->tensors.find(name);
  return found == state_->tensors.end() ? nullptr : &found->second;
}

const Tensors& TensorStore::tensors() const { return state_->tensors; }
const std::map<std::string, std::string>& TensorStore::metadata() const { return state_->shards[0].metadata; }
const std::vector<fs::path>& TensorStore::files() const { return state_->paths; }

std::int64_t TensorStore::file_bytes() const {
  std::int64_t bytes = 0;
  for (const Shard& shard : state_->shards) bytes += std::ssize(shard.file.bytes());
  return bytes;
}

void TensorStore::release_pages(const Tensor& tensor) const {
  for (const Shard& shard : state_->shards) {
    if (tensor.file == &state_->paths[static_cast<std::size_t>(&shard - state_->shards.data())]) {
      shard.file.release(tensor.data);
    }
  }
}

}  // namespace sememe
