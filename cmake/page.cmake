# The page of `sememe explore` inside the library: src/explore/page.html as an array of bytes. Writes OUT, a C++ source.
# Usage: cmake -DIN=page.html -DOUT=page_template.cpp -P cmake/page.cmake

file(READ ${IN} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
file(WRITE ${OUT} "#include \"explore/page_template.h\"

namespace sememe {
namespace {

constexpr unsigned char kPage[] = {
${bytes}
};

}  // namespace

std::string_view page_template() { return {reinterpret_cast<const char*>(kPage), sizeof kPage}; }

}  // namespace sememe
")
