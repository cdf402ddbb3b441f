#include "tokenize/decoders/decoder.h"
#include "tokenize/formats/components_json.h"

namespace sememe {
namespace {

std::unique_ptr<const Decoder> read_wordpiece_decoder(const Json& json) {
  return std::make_unique<WordPieceDecoder>(json.get_string("prefix", "##"), json.get_bool("cleanup", true));
}

constexpr std::array<std::pair<std::string_view, Reader<Decoder>>, 1> kDecoders{{
    {"WordPiece", read_wordpiece_decoder},
}};

}  // namespace

std::unique_ptr<const Decoder> read_decoder(const Json& json) { return dispatch<Decoder>(kDecoders, "decoder", json); }

}  // namespace sememe
