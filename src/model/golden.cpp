#include "model/golden.h"

#include <sstream>

#include "base/fail.h"
#include "io/file.h"
#include "io/json_writer.h"

namespace sememe {

void for_each_golden(const std::filesystem::path& file, FunctionRef<void(const Json& record)> use) {
  constexpr std::int64_t kMostBytes = std::int64_t{1} << 30;
  std::istringstream in(read_file(file, kMostBytes));
  std::int64_t number = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) continue;
    const JsonDocument document = JsonDocument::parse(line, concat(file.string(), ":", ++number));
    use(document.root());
  }
}

std::string golden_lines(const Encoder& encoder, std::span<const std::string> texts) {
  const Matrix vectors = encoder.encode(texts);
  std::string lines;
  for (std::int64_t i = 0; i < vectors.rows(); ++i) {
    JsonWriter json;
    json.begin_object().member("text", std::string_view(texts[static_cast<std::size_t>(i)]));
    json.key("embedding").numbers(vectors.row(i)).end_object().end_line();
    lines.append(json.take());
  }
  return lines;
}

}  // namespace sememe
