#include "io/base64.h"

#include <gtest/gtest.h>

namespace sememe {
namespace {

TEST(Base64, ReadsTheVectorsOfRfc4648) {
  EXPECT_EQ(decode_base64(""), "");
  EXPECT_EQ(decode_base64("Zg=="), "f");
  EXPECT_EQ(decode_base64("Zm8="), "fo");
  EXPECT_EQ(decode_base64("Zm9v"), "foo");
  EXPECT_EQ(decode_base64("Zm9vYmFy"), "foobar");
  EXPECT_EQ(decode_base64("/+8A"), std::string_view("\xFF\xEF\0", 3));
}

TEST(Base64, RefusesWhatIsNotTheOneEncoding) {
  for (const char* text :
       {"Zg", "Zg=", "Zg===", "Z===", "====", "Zm9v=", "Zh==", "Zm9=", "Zm 9", "Zm9v\n", "Zm-_", "=m9v", "Zg==Zg=="}) {
    EXPECT_EQ(decode_base64(text), std::nullopt) << text;
  }
}

TEST(Base64, WritesWhatItReadsAlsoInPieces) {
  std::string bytes;
  for (int i = 0; i < 200; ++i) {
    std::string text;
    append_base64(text, bytes);
    EXPECT_EQ(decode_base64(text), bytes) << i;
    const std::size_t half = bytes.size() / 6 * 3;
    std::string pieces;
    append_base64(pieces, std::string_view(bytes).substr(0, half));
    append_base64(pieces, std::string_view(bytes).substr(half));
    EXPECT_EQ(pieces, text);
    bytes.push_back(static_cast<char>(i * 37));
  }
}

}  // namespace
}  // namespace sememe
