#pragma once

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "io/utf8.h"
#include "sememe/tokenizer.h"

namespace sememe::test {

/// A file as it is, or unpacked if its name ends in .gz.
inline std::string read_text(const std::filesystem::path& path) {
  std::string out;
  if (path.extension() != ".gz") {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  const std::string command = "gzip -dc '" + path.string() + "'";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  if (!pipe) throw std::runtime_error("cannot run gzip");
  char buffer[1 << 16];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe.get())) out.append(buffer, n);
  return out;
}

inline std::vector<std::string> split(const std::string& text, const std::string& separator) {
  std::vector<std::string> out;
  std::size_t begin = 0;
  for (std::size_t at; (at = text.find(separator, begin)) != std::string::npos; begin = at + separator.size()) {
    out.push_back(text.substr(begin, at - begin));
  }
  out.push_back(text.substr(begin));
  return out;
}

inline std::vector<std::string> read_lines(const std::filesystem::path& path) {
  std::vector<std::string> lines = split(read_text(path), "\n");
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

/// begin, end, begin, end, ... in code points of `text`, as the reference gives them.
inline std::vector<int> character_offsets(const std::string& text, const std::vector<Offset>& offsets) {
  std::vector<int> index(text.size() + 1, -1);
  int count = 0;
  for (std::size_t at = 0; at < text.size(); at += static_cast<std::size_t>(decode_utf8(text, at).length)) {
    index[at] = count++;
  }
  index[text.size()] = count;
  std::vector<int> out;
  for (const Offset& offset : offsets) {
    out.push_back(index.at(static_cast<std::size_t>(offset.begin)));
    out.push_back(index.at(static_cast<std::size_t>(offset.end)));
  }
  return out;
}

}  // namespace sememe::test
