#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <vector>

#include "base/fail.h"
#include "io/file.h"
#include "io/utf8.h"
#include "sememe/word_corpus.h"
#include "unicode/unicode.h"
#include "words/block_training.h"
#include "words/corpus.h"

namespace sememe {
namespace {

constexpr char32_t kCapitalSigma = 0x3A3, kFinalSigma = 0x3C2;

bool is_word_part(char32_t c) { return unicode::in(c, unicode::kCategoryL | unicode::kCategoryN); }

bool is_cased(char32_t c) {
  using enum unicode::Category;
  return unicode::in(c, unicode::category_set(kLu, kLl, kLt));
}

/// Case_Ignorable: marks, modifiers, and what stands inside of words (Unicode 15, section 3.13, D136).
bool is_case_ignorable(char32_t c) {
  using enum unicode::Category;
  constexpr char32_t kInside[] = {'\'',   '.',    ':',    0xB7,   0x387,  0x55F,  0x5F4,  0x2018, 0x2019,
                                  0x2024, 0x2027, 0xFE13, 0xFE52, 0xFE55, 0xFF07, 0xFF0E, 0xFF1A};
  return unicode::in(c, unicode::category_set(kMn, kMe, kCf, kLm, kSk)) ||
         std::find(std::begin(kInside), std::end(kInside), c) != std::end(kInside);
}

/// Whether the sigma at `at` ends a word (Unicode 15, table 3-17, Final_Sigma).
bool is_final_sigma(std::string_view line, std::size_t at) {
  const auto cased = [&](std::size_t i) { return is_cased(decode_utf8(line, i).value); };
  std::size_t before = at;
  do {
    if (before == 0) return false;
    do --before;
    while (is_utf8_continuation(line[before]));
  } while (is_case_ignorable(decode_utf8(line, before).value));
  if (!cased(before)) return false;
  std::size_t after = at + static_cast<std::size_t>(utf8_length(kCapitalSigma));
  while (after < line.size()) {
    const CodePoint next = decode_utf8(line, after);
    if (!is_case_ignorable(next.value)) break;
    after += static_cast<std::size_t>(next.length);
  }
  return after >= line.size() || !cased(after);
}

/// The words of one line, whose characters come one by one.
class LineWriter {
 public:
  LineWriter(std::string& out, PreparedCorpus& done) : out_(out), done_(done) {}
  void put(char32_t c) {
    if (!is_word_part(c)) return end_word();
    begin_word();
    append_utf8(out_, c);
  }
  void put_ascii(char c) {
    begin_word();
    out_.push_back(c);
  }
  void end_word() { inside_ = false; }
  void end_line() {
    inside_ = false;
    if (empty_) return;
    out_.push_back('\n');
    ++done_.lines;
    empty_ = true;
  }

 private:
  void begin_word() {
    if (inside_) return;
    if (!empty_) out_.push_back(' ');
    inside_ = true;
    empty_ = false;
    ++done_.words;
  }
  std::string& out_;
  PreparedCorpus& done_;
  bool inside_ = false, empty_ = true;
};

/// 0: no part of a word.
using AsciiTable = std::array<char, 128>;

AsciiTable ascii_table(bool keep_case) {
  AsciiTable table{};
  for (char c = 0; c >= 0 && c < 127; ++c) {
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')) table[static_cast<std::size_t>(c)] = c;
    if (c >= 'A' && c <= 'Z') table[static_cast<std::size_t>(c)] = keep_case ? c : static_cast<char>(c - 'A' + 'a');
  }
  return table;
}

void prepare_line(std::string_view line, const AsciiTable& ascii, bool keep_case, LineWriter& out) {
  for (std::size_t at = 0; at < line.size();) {
    const char byte = line[at];
    if (static_cast<unsigned char>(byte) < ascii.size()) {
      const char c = ascii[static_cast<std::size_t>(byte)];
      c != 0 ? out.put_ascii(c) : out.end_word();
      ++at;
      continue;
    }
    const CodePoint c = decode_utf8(line, at);
    if (keep_case || !unicode::has(c.value, unicode::kLowers)) {
      out.put(c.value);
    } else if (c.value == kCapitalSigma && is_final_sigma(line, at)) {
      out.put(kFinalSigma);
    } else {
      const unicode::Expansion lower = unicode::lower(c.value);
      for (int i = 0; i < lower.size; ++i) out.put(lower.values[i]);
    }
    at += static_cast<std::size_t>(c.length);
  }
  out.end_line();
}

/// What one piece of the corpus becomes.
struct Prepared {
  std::string text;
  PreparedCorpus done;

  void make(std::string_view piece, const AsciiTable& ascii, bool keep_case) {
    LineWriter out(text, done);
    while (!piece.empty()) {
      const std::size_t end = std::min(piece.find('\n'), piece.size() - 1) + 1;
      const std::string_view line = piece.substr(0, end);
      if (find_invalid_utf8(line)) {
        ++done.broken_lines;
        prepare_line(replace_invalid_utf8(line), ascii, keep_case, out);
      } else {
        prepare_line(line, ascii, keep_case, out);
      }
      piece.remove_prefix(end);
    }
  }
  /// Ends it with the line that has the `words`-th word. Precondition: it has so many.
  void cut(std::int64_t words) {
    std::int64_t seen = 1;
    std::size_t at = 0;
    for (done.lines = 1; text[at] != '\n' || seen < words; ++at) {
      done.lines += text[at] == '\n';
      seen += text[at] == '\n' || text[at] == ' ';
    }
    done.words = seen;
    text.resize(at + 1);
  }
};

}  // namespace

PreparedCorpus prepare_corpus(std::span<const std::filesystem::path> files, const std::filesystem::path& out,
                              const PrepareOptions& options, const WordTrainingProgress& progress) {
  if (files.empty()) fail(ErrorCode::kInvalidArgument, "prepare: no corpus");
  require_within("prepare", "max_words", options.max_words, 0, std::int64_t{1} << 60);
  ThreadPool pool(ThreadPool::size_for(options.threads));
  const AsciiTable ascii = ascii_table(options.keep_case);
  const std::int64_t bytes = bytes_of(files);
  AtomicFile file(out);
  PreparedCorpus all;
  for_each_chunk(files, [&](std::span<const std::string_view> pieces, std::int64_t bytes_read) {
    std::vector<Prepared> made(pieces.size());
    pool.run(std::ssize(pieces), [&](std::int64_t i, int) {
      const auto at = static_cast<std::size_t>(i);
      made[at].make(pieces[at], ascii, options.keep_case);
    });
    for (Prepared& piece : made) {
      const std::int64_t left = options.max_words - all.words;
      if (options.max_words > 0 && piece.done.words >= left) piece.cut(left);
      all.lines += piece.done.lines;
      all.words += piece.done.words;
      all.broken_lines += piece.done.broken_lines;
      file.write(piece.text);
      if (options.max_words > 0 && all.words >= options.max_words) return false;
    }
    if (progress) progress("preparing", bytes_read, bytes);
    return true;
  });
  file.commit();
  return all;
}

}  // namespace sememe
