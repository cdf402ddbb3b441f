#include "base/sha256.h"

#include <gtest/gtest.h>

#include <string>

namespace sememe {
namespace {

std::string digest(const std::string& text, std::size_t piece) {
  Sha256 sha;
  const auto bytes = std::as_bytes(std::span(text));
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    sha.update(bytes.subspan(at, std::min(piece, bytes.size() - at)));
  return sha.finish();
}

// FIPS 180-4 examples.
TEST(Sha256, EqualsPublishedDigests) {
  EXPECT_EQ(digest("", 1), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest("abc", 64), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 64),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(digest(std::string(1000000, 'a'), 1000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, DoesNotDependOnThePieces) {
  std::string text;
  for (int i = 0; i < 300; ++i) text.push_back(static_cast<char>(i * 7));
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const std::string part = text.substr(0, size), whole = digest(part, 1000);
    for (const std::size_t piece : {1, 3, 63, 64, 65}) ASSERT_EQ(digest(part, piece), whole) << size << " / " << piece;
  }
}

}  // namespace
}  // namespace sememe
