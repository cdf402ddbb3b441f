#include "model/golden.h"

#include "io/json_writer.h"

namespace sememe {

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
