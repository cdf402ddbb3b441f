#include "tokenize/formats/sentencepiece_file.h"

#include <utility>

#include "io/file.h"
#include "tokenize/decoders/sentencepiece_decoder.h"
#include "tokenize/formats/sentencepiece_proto.h"
#include "tokenize/models/sentencepiece_bpe.h"
#include "tokenize/models/sentencepiece_unigram.h"
#include "tokenize/models/sentencepiece_words.h"
#include "tokenize/normalizers/sentencepiece_normalizer.h"

namespace sememe {
namespace {

using Proto = SentencePieceProto;

std::unique_ptr<const TokenModel> make_model(const Proto& proto, const std::string& where) {
  switch (proto.model_type) {
    case Proto::ModelType::kBpe:
      return std::make_unique<SentencePieceBpe>(proto.pieces, proto.byte_fallback, where);
    case Proto::ModelType::kWord:
      return std::make_unique<SentencePieceWords>(proto.pieces, proto.byte_fallback, where);
    case Proto::ModelType::kChar:
      return std::make_unique<SentencePieceCharacters>(proto.pieces, proto.byte_fallback, where);
    case Proto::ModelType::kUnigram:
      break;
  }
  return std::make_unique<SentencePieceUnigram>(proto.pieces, proto.byte_fallback, where);
}

std::unique_ptr<const SentencePieceNormalizer> make_normalizer(const Proto::NormalizerSpec& spec, bool suffix,
                                                               const std::vector<SentencePiece>& pieces,
                                                               const std::string& where) {
  const SentencePieceNormalizer::Options options{spec.add_dummy_prefix, spec.remove_extra_whitespaces,
                                                 spec.escape_whitespaces, suffix};
  return std::make_unique<SentencePieceNormalizer>(options, spec.precompiled_charsmap, pieces, where);
}

}  // namespace

Pipeline read_sentencepiece_file(const std::filesystem::path& path) {
  const std::string where = path.string();
  const MappedFile file(path);
  const Proto proto = read_sentencepiece_proto(file.text(), where);
  Pipeline pipeline;
  pipeline.model = make_model(proto, where);
  pipeline.normalizer = make_normalizer(proto.normalizer, proto.treat_whitespace_as_suffix, proto.pieces, where);
  std::unique_ptr<const SentencePieceNormalizer> denormalizer;
  if (!proto.denormalizer.precompiled_charsmap.empty()) {
    denormalizer = make_normalizer(proto.denormalizer, false, {}, where);
  }
  SentencePieceDecoder::Options options{proto.normalizer.add_dummy_prefix, proto.normalizer.remove_extra_whitespaces,
                                        std::string(proto.unk_surface)};
  pipeline.decoder = std::make_unique<SentencePieceDecoder>(std::move(options), proto.pieces, std::move(denormalizer));
  pipeline.source = where;
  return pipeline;
}

}  // namespace sememe
