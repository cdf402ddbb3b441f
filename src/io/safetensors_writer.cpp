#include "io/safetensors_writer.h"

#include <algorithm>

#include "io/file.h"
#include "io/json_writer.h"

namespace sememe {

void write_safetensors(const std::filesystem::path& path, std::vector<TensorToWrite> tensors,
                       const std::map<std::string, std::string>& metadata) {
  std::sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  JsonWriter json;
  json.begin_object();
  if (!metadata.empty()) {
    json.key("__metadata__").begin_object();
    for (const auto& [key, value] : metadata) json.member(key, std::string_view(value));
    json.end_object();
  }
  std::int64_t at = 0;
  for (const TensorToWrite& t : tensors) {
    json.key(t.name).begin_object().member("dtype", dtype_name(t.dtype)).key("shape").begin_array();
    for (const std::int64_t extent : t.shape) json.value(extent);
    json.end_array().key("data_offsets").begin_array().value(at);
    at += std::ssize(t.data);
    json.value(at).end_array().end_object();
  }
  json.end_object();
  std::string header = json.take();
  header.append((8 - header.size() % 8) % 8, ' ');
  std::string length;
  for (int shift = 0; shift < 64; shift += 8) length.push_back(static_cast<char>(header.size() >> shift & 0xFF));
  AtomicFile file(path);
  file.write(length);
  file.write(header);
  for (const TensorToWrite& t : tensors) file.write({reinterpret_cast<const char*>(t.data.data()), t.data.size()});
  file.commit();
}

}  // namespace sememe
