#include "sememe/token_columns.h"

#include <gtest/gtest.h>

#include <new>
#include <utility>
#include <vector>

namespace sememe {
namespace {

TokenColumns counted(std::int32_t first, std::int32_t count) {
  TokenColumns out;
  for (std::int32_t i = first; i < first + count; ++i) out.add(i, {2 * i, 2 * i + 1}, -i);
  return out;
}

void expect_counted(const TokenColumns& columns, std::size_t at, std::int32_t first, std::int32_t count) {
  for (std::int32_t i = first; i < first + count; ++i, ++at) {
    ASSERT_EQ(columns.ids[at], i) << at;
    ASSERT_EQ(columns.offsets[at], (Offset{2 * i, 2 * i + 1})) << at;
    ASSERT_EQ(columns.word_ids[at], -i) << at;
  }
}

/// Over many sizes at which the block grows, and the columns move inside it.
TEST(TokenColumns, KeepWhatTheyHoldWhileTheyGrow) {
  const TokenColumns columns = counted(1, 100000);
  ASSERT_EQ(columns.size(), 100000U);
  ASSERT_EQ(columns.offsets.size(), 100000U);
  ASSERT_EQ(columns.word_ids.size(), 100000U);
  expect_counted(columns, 0, 1, 100000);
}

TEST(TokenColumns, ACopyIsItsOwnAndHasNoRoomToSpare) {
  TokenColumns one = counted(5, 33);
  const TokenColumns two = one;
  EXPECT_EQ(two.capacity(), 33U);
  one.ids[0] = 77;
  EXPECT_NE(one.ids, two.ids);
  expect_counted(two, 0, 5, 33);
}

TEST(TokenColumns, WhatWasMovedAwayIsEmpty) {
  TokenColumns one = counted(1, 40), two = counted(7, 3);
  const std::int32_t* const ids = one.ids.data();
  two = std::move(one);
  EXPECT_EQ(two.ids.data(), ids) << "not copied";
  expect_counted(two, 0, 1, 40);
  EXPECT_EQ(one.size(), 0U);  // NOLINT(bugprone-use-after-move): what is promised of it
  one.add(1, {2, 3}, -1);
  expect_counted(one, 0, 1, 1);
}

TEST(TokenColumns, InsertsInFrontInTheMiddleAndAtTheEnd) {
  for (const std::size_t at : {0, 9, 16}) {
    TokenColumns columns = counted(1, 16);  // full
    columns.insert(at, 5);
    ASSERT_EQ(columns.size(), 21U);
    const auto before = static_cast<std::int32_t>(at);
    expect_counted(columns, 0, 1, before);
    expect_counted(columns, at + 5, 1 + before, 16 - before);
  }
}

TEST(TokenColumns, AppendAPartOfOthersAndOfThemselves) {
  TokenColumns columns = counted(1, 16);
  columns.append(counted(10, 20), 3, 11);
  expect_counted(columns, 16, 13, 8);
  columns.append(columns, 2, 24);
  ASSERT_EQ(columns.size(), 46U);
  expect_counted(columns, 24, 3, 14);
  expect_counted(columns, 38, 13, 8);
  columns.cut(16);
  expect_counted(columns, 0, 1, 16);
  EXPECT_EQ(columns.word_ids.size(), 16U);
}

TEST(TokenColumns, MoreThanCanBeIsOutOfMemory) {
  TokenColumns columns = counted(1, 3);
  EXPECT_THROW(columns.reserve(~std::size_t{0} / 2), std::bad_alloc);
  EXPECT_THROW(columns.extend(~std::size_t{0}), std::bad_alloc);
  expect_counted(columns, 0, 1, 3);
}

TEST(Column, EqualsAnyArrayOfTheSameValues) {
  const TokenColumns columns = counted(1, 3);
  EXPECT_EQ(columns.ids, (std::vector<std::int32_t>{1, 2, 3}));
  EXPECT_NE(columns.ids, (std::vector<std::int32_t>{1, 2}));
  EXPECT_NE(columns.ids, (std::vector<std::int32_t>{1, 2, 4}));
  const std::vector<std::int32_t> copy = columns.ids;
  EXPECT_EQ(copy, columns.ids);
}

}  // namespace
}  // namespace sememe
