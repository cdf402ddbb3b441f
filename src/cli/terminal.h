#pragma once

#include <string>
#include <string_view>

namespace sememe::cli {

bool is_terminal(int fd);
/// Columns of the terminal behind `fd`; 120, for logs and pipes, if there is none.
int terminal_width(int fd);

/// --color: auto is a terminal that is not dumb, unless NO_COLOR is set and not empty (no-color.org).
bool use_color(std::string_view mode, int fd);

/// Columns that a terminal gives `text`: 0 for combining marks, 2 for wide East Asian characters and emoji.
/// Precondition: UTF-8.
int display_width(std::string_view text);

/// `text` on one line, safe to show: line ends and tabs become spaces, other control characters and invalid UTF-8 \xNN.
std::string printable(std::string_view text);

/// The beginning of `text` that fits `width` columns, the last of which is "…" if something was cut.
std::string shorten(std::string_view text, int width);

/// `text` followed by spaces up to `width` columns.
std::string pad_right(std::string_view text, int width);

}  // namespace sememe::cli
