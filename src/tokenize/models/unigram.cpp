#include "tokenize/models/unigram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "base/fail.h"
#include "io/utf8.h"
#include "tokenize/models/unigram_writer.h"

namespace sememe {
namespace {

constexpr double kUnknownPenalty = 10;
constexpr std::size_t kLongest = 1000;

/// Greatest k so that x is a multiple of 2^k; nothing for 0.
std::optional<int> lowest_bit(double x) {
  if (x == 0) return std::nullopt;
  int exponent = 0;
  const auto mantissa = static_cast<std::int64_t>(std::scalbn(std::frexp(x, &exponent), 53));
  return exponent - 53 + std::countr_zero(static_cast<std::uint64_t>(mantissa));
}

/// Whether sums of up to 2^24 of these scores are exact in double: then it does not matter where one starts to add.
bool sums_are_exact(const std::vector<double>& scores, double unk_score) {
  double largest = std::abs(unk_score);
  int lowest = lowest_bit(unk_score).value_or(0);
  for (const double score : scores) {
    largest = std::max(largest, std::abs(score));
    lowest = std::min(lowest, lowest_bit(score).value_or(lowest));
  }
  return largest <= std::scalbn(1.0, 53 - 24 + lowest);
}

}  // namespace

void Unigram::Tokens::reserve(std::size_t count) {
  arena_.reserve(count * 12);
  begins_.reserve(count + 1);
  scores_.reserve(count);
}

void Unigram::Tokens::add(std::string_view text, double score) {
  arena_.append(text);
  begins_.push_back(static_cast<std::uint32_t>(arena_.size()));
  scores_.push_back(score);
}

Unigram::Unigram(Tokens tokens, std::optional<std::int64_t> unk_id, bool byte_fallback, const std::string& where)
    : tokens_(std::move(tokens)), byte_fallback_(byte_fallback), where_(where) {
  const std::size_t count = tokens_.size();
  if (unk_id) {
    if (*unk_id < 0 || *unk_id >= static_cast<std::int64_t>(count)) {
      fail(ErrorCode::kCorrupt, where, ": unk_id is ", *unk_id, ", and the vocabulary has ", count, " tokens");
    }
    unk_id_ = static_cast<std::int32_t>(*unk_id);
  }
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t size = tokens_.text(i).size();
    if (size == 0) empty_id_ = static_cast<std::int32_t>(i);
    longest_ = std::max(longest_, size);
    least = std::min(least, tokens_.scores_[i]);
  }
  // Work grows with the product of a text and the longest token: what no honest file has would take hours.
  const std::size_t bytes = tokens_.arena_.size();
  if (longest_ > kLongest || bytes >= std::size_t{1} << 27) {
    fail(ErrorCode::kUnsupported, where, ": a Unigram of ", bytes, " bytes, the longest token of ", longest_,
         "; at most 128 MiB, and ", kLongest, " bytes a token");
  }
  unk_score_ = least - kUnknownPenalty;
  trie_ = ByteTrie(count, [this](std::size_t i) {
    return ByteTrie::Entry{tokens_.text(i), static_cast<std::int32_t>(i)};
  });
  for (std::size_t byte = 0; byte < bytes_.size(); ++byte) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    const char token[] = {'<', '0', 'x', kDigits[byte >> 4], kDigits[byte & 15], '>'};
    bytes_[byte] = trie_.find({token, sizeof token});
  }
}

std::unique_ptr<TokenModel::Scratch> Unigram::make_scratch() const { return std::make_unique<Buffers>(); }

void Unigram::fail_unknown() const {
  fail(ErrorCode::kCorrupt, where_, ": the text has a character without a token, and the model has no unk_id");
}

void Unigram::tokenize(std::string_view piece, Scratch* scratch, std::vector<ModelToken>& out) const {
  run(piece, static_cast<Buffers&>(*scratch), out, nullptr);
}

void Unigram::tokenize_long(std::string_view piece, Scratch* scratch, std::vector<ModelToken>& out,
                            Parts& parts) const {
  auto& buffers = static_cast<Buffers&>(*scratch);
  run(piece, buffers, out, &parts);
  if (buffers.ids.size() >= kLongPiece) std::vector<std::int32_t>().swap(buffers.ids);
}

// The best way to each place, from left to right. Where no token reaches over a place, all ways meet, and what is
// before it is written: so the table stays as small as the text allows.
void Unigram::run(std::string_view piece, Buffers& buffers, std::vector<ModelToken>& out, Parts* parts) const {
  auto& ids = buffers.ids;  // of the token that ends there on the best way, from the last meeting place on
  Writer writer(*this, piece, out, parts);
  std::size_t start = 0, reach = 0;
  const std::size_t mask = std::bit_ceil(std::max<std::size_t>(longest_, 4) + 1) - 1;
  if (buffers.scores.size() <= mask) buffers.scores.resize(mask + 1);
  double* const scores = buffers.scores.data();  // a ring: of the places that a token can reach from here
  scores[0] = 0;
  for (std::size_t at = 0; at < piece.size();) {
    const double score = scores[at & mask];
    const std::size_t length = static_cast<std::size_t>(decode_utf8(piece, at).length);
    const auto offer = [&](std::size_t end, double sum, std::int32_t id) {
      if (end > reach) {
        if (ids.size() <= end - start) ids.resize(std::min(2 * (end - start) + 64, piece.size() - start + 1));
        std::fill(ids.begin() + static_cast<std::ptrdiff_t>(reach - start + 1),
                  ids.begin() + static_cast<std::ptrdiff_t>(end - start), Writer::kUnreached);
        reach = end;
      } else if (ids[end - start] != Writer::kUnreached && !(sum > scores[end & mask])) {
        return;
      }
      if (id == Writer::kUnknown && !unk_id_) fail_unknown();
      ids[end - start] = id;
      scores[end & mask] = sum;
    };
    bool single = false;
    ByteTrie::Node node = trie_.root();
    for (std::size_t end = at; end < piece.size() && trie_.step(node, piece[end]);) {
      ++end;
      const std::int32_t id = node.value();
      if (id < 0) continue;
      offer(end, score_of(id) + score, id);
      single = single || end - at == length;
    }
    if (!single) offer(at + length, unk_score_ + score, Writer::kUnknown);
    at += length;
    if (at == reach) {
      writer.write(ids, start, at);
      start = at;
    }
  }
  writer.flush();
}

// A cut is safe if no token and no run of unknown characters reaches over it, and if the sums after it do not depend on
// what was added before.
bool Unigram::goes_on_before(std::string_view mark) const {
  const std::int32_t id = find(mark);
  if (id < 0 || find_invalid_utf8(mark) || static_cast<std::size_t>(decode_utf8(mark, 0).length) != mark.size()) {
    return false;
  }
  if (!unk_id_ || text(*unk_id_).find(mark) != std::string_view::npos || id == *unk_id_) return false;
  if (!sums_are_exact(tokens_.scores_, unk_score_)) return false;
  for (std::int32_t token = 0; token < vocab_size(); ++token) {
    const std::string_view rest = text(token);
    for (std::size_t at = rest.find(mark); at != std::string_view::npos; at = rest.find(mark, at + 1)) {
      if (at > 0 && !rest.substr(0, at).ends_with(mark)) return false;
    }
  }
  return true;
}

std::optional<std::int32_t> Unigram::token_to_id(std::string_view token) const {
  const std::int32_t id = find(token);
  return id < 0 ? std::nullopt : std::optional(id);
}

std::optional<std::string_view> Unigram::id_to_token(std::int32_t id) const {
  return id < 0 || id > max_id() ? std::nullopt : std::optional(text(id));
}

std::string Unigram::describe() const {
  return concat("Unigram(", vocab_size(), byte_fallback_ ? ", byte_fallback)" : ")");
}

}  // namespace sememe
