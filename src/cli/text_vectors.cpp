#include "cli/text_vectors.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "cli/model_options.h"

namespace sememe::cli {

TextVectors::TextVectors(const Arguments& arguments, Console& console) : console_(console) {
  if (names_word_vectors(arguments)) {
    words_.emplace(arguments, console);
    dimensions_ = words_->dimensions();
    return;
  }
  options_ = encode_options(arguments);
  refuses_long_texts_ = refuses_long_texts(arguments);
  encoder_.emplace(load_encoder(arguments, console));
  dimensions_ = encoder_->encode(std::vector<std::string_view>(), options_).cols();
}

void TextVectors::each(TextInput& input, const std::function<std::vector<std::string_view>(const Chunk&)>& texts_of,
                       const std::function<void(Chunk&, const Matrix&)>& take) const {
  const bool together = words_ && words_->needs_all_texts();
  Chunk all;
  const Totals totals = for_each_chunk(input, console_, [&](Chunk& chunk) {
    if (together) {
      std::move(chunk.records.begin(), chunk.records.end(), std::back_inserter(all.records));
      return;
    }
    const std::vector<std::string_view> texts = texts_of(chunk);
    const Matrix vectors =
        words_ ? words_->encode(texts, &chunk.stats) : encoder_->encode(texts, options_, &chunk.stats);
    if (refuses_long_texts_) refuse_truncated(chunk, input, *encoder_);
    take(chunk, vectors);
  });
  if (together) {
    const Matrix vectors = words_->encode(texts_of(all), &all.stats);
    take(all, vectors);
  }
  if (encoder_) report(totals, *encoder_, console_);
}

EmbeddedTexts embed_all(const Arguments& arguments, Console& console) {
  TextInput input(arguments);
  const TextVectors model(arguments, console);
  EmbeddedTexts out;
  std::vector<float> values;
  model.each(input, &Chunk::texts, [&](Chunk& chunk, const Matrix& vectors) {
    values.insert(values.end(), vectors.data(), vectors.data() + vectors.rows() * vectors.cols());
    for (TextRecord& record : chunk.records) out.texts.push_back(std::move(record.text));
  });
  out.vectors = Matrix(std::ssize(out.texts), model.dimensions());
  std::copy(values.begin(), values.end(), out.vectors.data());
  return out;
}

}  // namespace sememe::cli
