#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "io/utf8.h"

namespace sememe::cli {
namespace {

struct Range {
  char32_t first, last;
};

// Marks without a column of their own: the blocks of combining marks, Arabic and Hebrew points, and format characters.
// Blocks, not the whole table of Unicode: a column too many in a rare script only ragged-aligns a table.
constexpr Range kNarrowest[] = {{0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},   {0x610, 0x61A},
                                {0x64B, 0x65F},   {0x900, 0x902},   {0x93C, 0x93C},   {0x941, 0x948},
                                {0x94D, 0x94D},   {0xE31, 0xE31},   {0xE34, 0xE3A},   {0xE47, 0xE4E},
                                {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2064}, {0x20D0, 0x20F0},
                                {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF}};
// Source  Unicode 15, EastAsianWidth.txt, the W and F blocks.
constexpr Range kWide[] = {
    {0x1100, 0x115F}, {0x231A, 0x231B},   {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},  {0x4E00, 0x9FFF},
    {0xA000, 0xA4CF}, {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},  {0xFF00, 0xFF60},
    {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD}};

int columns(char32_t c) {
  const auto holds = [c](const Range& range) { return c >= range.first && c <= range.last; };
  if (c < 0x300) return 1;
  if (std::any_of(std::begin(kNarrowest), std::end(kNarrowest), holds)) return 0;
  return std::any_of(std::begin(kWide), std::end(kWide), holds) ? 2 : 1;
}

void append_hex(std::string& out, unsigned char byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out.append("\\x").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
}

}  // namespace

bool is_terminal(int fd) { return ::isatty(fd) == 1; }

int terminal_width(int fd) {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 120;
}

bool use_color(std::string_view mode, int fd) {
  if (mode != "auto") return mode == "always";
  const char* const no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  const char* const term = std::getenv("TERM");
  return is_terminal(fd) && term != nullptr && std::string_view(term) != "dumb";
}

int display_width(std::string_view text) {
  int width = 0;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = decode_utf8(text, i);
    width += columns(c.value);
    i += static_cast<std::size_t>(c.length);
  }
  return width;
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t valid = find_invalid_utf8(text).value_or(text.size());
    for (std::size_t i = 0; i < valid;) {
      const CodePoint c = decode_utf8(text, i);
      const std::string_view bytes = text.substr(i, static_cast<std::size_t>(c.length));
      i += bytes.size();
      if (c.value == '\n' || c.value == '\r' || c.value == '\t')
        out.push_back(' ');
      else if (c.value < 0x20 || (c.value >= 0x7F && c.value < 0xA0))
        for (const char byte : bytes) append_hex(out, static_cast<unsigned char>(byte));
      else if (c.value == 0x2028 || c.value == 0x2029)
        out.push_back(' ');
      else
        out.append(bytes);
    }
    if (valid < text.size()) append_hex(out, static_cast<unsigned char>(text[valid]));
    text.remove_prefix(std::min(valid + 1, text.size()));
  }
  return out;
}

std::string shorten(std::string_view text, int width) {
  int used = 0;
  std::size_t fits = 0;  // bytes that leave a column for the ellipsis
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = decode_utf8(text, i);
    used += columns(c.value);
    i += static_cast<std::size_t>(c.length);
    if (used < width) fits = i;
    if (used > width) return width <= 0 ? std::string() : std::string(text.substr(0, fits)).append("…");
  }
  return std::string(text);
}

std::string pad_right(std::string_view text, int width) {
  std::string out(text);
  out.append(static_cast<std::size_t>(std::max(0, width - display_width(text))), ' ');
  return out;
}

}  // namespace sememe::cli
