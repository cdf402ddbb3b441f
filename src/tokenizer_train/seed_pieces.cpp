#include "tokenizer_train/seed_pieces.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "io/utf8.h"
#include "tokenizer_train/suffix_array.h"

namespace sememe {
namespace {

constexpr std::size_t kMostCharacters = std::size_t{1} << 28;
constexpr std::int32_t kBoundary = 0;

/// Distinct words as numbers of their characters, 1 and up, each followed by kBoundary.
struct NumberedText {
  std::vector<std::int32_t> text;
  std::vector<std::int32_t> ends;       // of the words: where their boundary stands
  std::vector<char32_t> characters{0};  // by number
  std::vector<std::int64_t> counts{0};  // of characters, by number
};

NumberedText number_characters(std::span<const CountedWord> words) {
  NumberedText out;
  std::vector<std::int32_t> numbers(0x110000);
  for (const CountedWord& word : words) {
    if (out.text.size() + word.text.size() >= kMostCharacters && !out.text.empty()) break;
    for (std::size_t at = 0; at < word.text.size();) {
      const CodePoint c = decode_utf8(word.text, at);
      std::int32_t& number = numbers[c.value];
      if (number == 0) {
        number = static_cast<std::int32_t>(out.characters.size());
        out.characters.push_back(c.value);
        out.counts.push_back(0);
      }
      out.counts[static_cast<std::size_t>(number)] += word.count;
      out.text.push_back(number);
      at += static_cast<std::size_t>(c.length);
    }
    out.ends.push_back(static_cast<std::int32_t>(out.text.size()));
    out.text.push_back(kBoundary);
  }
  return out;
}

struct Substring {
  std::int64_t score;
  std::int32_t begin, length;  // in the text
};

/// Every node of the suffix tree that stands for a substring of the corpus that occurs more than once: inner nodes,
/// found as the intervals of suffixes that have a longer prefix in common than their neighbours, and ends of words.
std::vector<Substring> repeated_substrings(const NumberedText& numbered, std::span<const CountedWord> words,
                                           std::int64_t max_length) {
  const std::vector<std::int32_t>& text = numbered.text;
  const std::vector<std::int32_t> suffixes = suffix_array(text, static_cast<std::int32_t>(numbered.characters.size()));
  const std::vector<std::int32_t> common = common_prefixes(text, suffixes, kBoundary);
  std::vector<Substring> out;
  const auto add = [&](std::int64_t occurrences, std::int32_t begin, std::int64_t length) {
    if (occurrences > 1 && length > 1 && length <= max_length)
      out.push_back({occurrences * length, begin, static_cast<std::int32_t>(length)});
  };
  struct Open {
    std::int64_t before;  // occurrences of all suffixes before the interval
    std::int32_t length;
  };
  std::vector<Open> open;
  std::int64_t occurrences = 0;  // of suffixes so far
  std::int32_t left = 0;         // common with the suffix before
  for (std::size_t i = 0; i < suffixes.size(); ++i) {
    const std::int32_t right = i < common.size() ? common[i] : 0;
    const auto end = std::lower_bound(numbered.ends.begin(), numbered.ends.end(), suffixes[i]);
    const std::int64_t count = words[static_cast<std::size_t>(end - numbered.ends.begin())].count;
    const std::int32_t length = *end - suffixes[i];
    if (length > std::max(left, right)) add(count, suffixes[i], length);
    std::int64_t before = occurrences;
    occurrences += count;
    while (!open.empty() && open.back().length > right) {
      before = open.back().before;
      add(occurrences - before, suffixes[i], open.back().length);
      open.pop_back();
    }
    if (right > 0 && (open.empty() || open.back().length < right)) open.push_back({before, right});
    left = right;
  }
  return out;
}

}  // namespace

std::vector<ScoredPiece> seed_pieces(std::span<const CountedWord> words, std::int64_t seed_size,
                                     std::int64_t max_piece_length) {
  const NumberedText numbered = number_characters(words);
  const auto alphabet = static_cast<std::int32_t>(numbered.characters.size());
  std::vector<Substring> substrings = repeated_substrings(numbered, words, max_piece_length);
  const auto kept = std::clamp<std::int64_t>(seed_size - (alphabet - 1), 0, std::ssize(substrings));
  std::partial_sort(substrings.begin(), substrings.begin() + kept, substrings.end(),
                    [](const Substring& a, const Substring& b) {
                      return a.score != b.score ? a.score > b.score : a.begin < b.begin;
                    });
  substrings.resize(static_cast<std::size_t>(kept));

  std::vector<std::size_t> characters;
  for (std::size_t i = 1; i < numbered.characters.size(); ++i) characters.push_back(i);
  std::sort(characters.begin(), characters.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(numbered.counts[b], numbered.characters[a]) <
           std::pair(numbered.counts[a], numbered.characters[b]);
  });

  std::vector<ScoredPiece> out;
  out.reserve(characters.size() + substrings.size());
  double sum = 0;
  const auto add = [&](std::span<const std::int32_t> numbers, std::int64_t score) {
    ScoredPiece& piece = out.emplace_back();
    for (const std::int32_t number : numbers)
      append_utf8(piece.text, numbered.characters[static_cast<std::size_t>(number)]);
    piece.score = static_cast<double>(score);
    sum += piece.score;
  };
  for (const std::size_t i : characters) {
    const auto number = static_cast<std::int32_t>(i);
    add({&number, 1}, numbered.counts[i]);
  }
  for (const Substring& substring : substrings)
    add(std::span(numbered.text)
            .subspan(static_cast<std::size_t>(substring.begin), static_cast<std::size_t>(substring.length)),
        substring.score);
  for (ScoredPiece& piece : out) piece.score = std::log(piece.score) - std::log(sum);
  return out;
}

}  // namespace sememe
