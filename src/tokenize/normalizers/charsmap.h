#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sememe {

/// The rules that a SentencePiece model has for characters: which byte strings become which others. Owns its tables.
///
/// Source  google/sentencepiece, normalizer.cc: the size of a Darts-clone double array, the array, then the new
/// strings,
///         each ended by a NUL.
class Charsmap {
 public:
  Charsmap() = default;
  /// Throws kCorrupt, beginning with `where`: the parts do not fit together. No bytes: no rules.
  Charsmap(std::string_view bytes, const std::string& where);

  struct Match {
    std::size_t length;
    std::string_view replacement;
  };
  /// The longest rule for what `text` begins with; of more than 32 that fit, the longest of the 32 shortest.
  std::optional<Match> longest_prefix(std::string_view text) const;

  /// The shortest rule for what `text` begins with. A NUL in it ends the text.
  std::optional<Match> shortest_prefix(std::string_view text) const;
  /// Whether no rule that begins with `first` gives nothing.
  bool keeps_something_of(char first) const;

  bool empty() const { return units_.empty(); }
  /// Whether `first` stays as it is wherever an ASCII character or nothing follows.
  bool keeps_before_ascii(char first) const { return keeps_[static_cast<unsigned char>(first)]; }
  /// Whether no rule looks over the place before a space that stands after another character.
  bool keeps_seams() const { return keeps_seams_; }

 private:
  std::optional<std::uint32_t> child(std::uint32_t node, char c) const;
  std::optional<std::string_view> replacement(std::uint32_t node) const;
  template <class Visit>
  void for_each_child(std::uint32_t node, Visit visit) const;
  bool space_within_a_key() const;

  std::vector<std::uint32_t> units_;
  std::string strings_;
  std::array<bool, 256> keeps_{};
  bool keeps_seams_ = true;
};

}  // namespace sememe
