#include "model/locate.h"

#include <gtest/gtest.h>

#include "sememe/error.h"
#include "support/temporary_folder.h"

namespace sememe {
namespace {

using test::ScopedEnvironment;
using test::TemporaryFolder;

class Locate : public testing::Test {
 protected:
  ErrorCode code_of(std::string_view model) {
    try {
      find_model_folder(model);
    } catch (const Error& e) {
      message_ = e.what();
      return e.code();
    }
    ADD_FAILURE() << model << " was found";
    return ErrorCode::kOverloaded;
  }

  TemporaryFolder folder_;
  ScopedEnvironment cache_{"XDG_CACHE_HOME", folder_.path() / "cache"};
  ScopedEnvironment hub_{"HF_HUB_CACHE", ""};
  ScopedEnvironment old_hub_{"HUGGINGFACE_HUB_CACHE", ""};
  ScopedEnvironment home_{"HF_HOME", ""};
  std::string message_;
};

TEST_F(Locate, FolderIsItself) {
  folder_.write("m/config.json", "{}");
  EXPECT_EQ(find_model_folder((folder_.path() / "m").string()), folder_.path() / "m");
}

TEST_F(Locate, NameIsFoundInTheProgramsOwnCache) {
  folder_.write("cache/sememe/models/BAAI/bge-small-en-v1.5/config.json", "{}");
  EXPECT_EQ(find_model_folder("BAAI/bge-small-en-v1.5"), folder_.path() / "cache/sememe/models/BAAI/bge-small-en-v1.5");
}

TEST_F(Locate, NameWithoutOrganisationIsTriedUnderSentenceTransformers) {
  folder_.write("cache/sememe/models/sentence-transformers/all-MiniLM-L6-v2/modules.json", "[]");
  EXPECT_EQ(find_model_folder("all-MiniLM-L6-v2").filename(), "all-MiniLM-L6-v2");
}

TEST_F(Locate, HubCacheIsReadThroughRefsMain) {
  const std::string commit(40, 'a'), other(40, 'b');
  for (const std::string& c : {commit, other})
    folder_.write("cache/huggingface/hub/models--BAAI--bge/snapshots/" + c + "/config.json", "{}");
  folder_.write("cache/huggingface/hub/models--BAAI--bge/refs/main", other);
  EXPECT_EQ(find_model_folder("BAAI/bge").filename(), other);
}

TEST_F(Locate, HubCacheObeysItsVariablesInOrder) {
  const std::string commit(40, 'c');
  for (const char* root : {"one", "two", "three/hub"}) {
    folder_.write(std::string(root) + "/models--gpt2/snapshots/" + commit + "/config.json", "{}");
  }
  const ScopedEnvironment home("HF_HOME", folder_.path() / "three");
  EXPECT_EQ(find_model_folder("gpt2").string().find((folder_.path() / "three").string()), 0u);
  const ScopedEnvironment old_hub("HUGGINGFACE_HUB_CACHE", folder_.path() / "two");
  EXPECT_EQ(find_model_folder("gpt2").string().find((folder_.path() / "two").string()), 0u);
  const ScopedEnvironment hub("HF_HUB_CACHE", folder_.path() / "one");
  EXPECT_EQ(find_model_folder("gpt2").string().find((folder_.path() / "one").string()), 0u);
}

TEST_F(Locate, OnlySnapshotServesWithoutRefs) {
  folder_.write("cache/huggingface/hub/models--a--b/snapshots/0123/config.json", "{}");
  EXPECT_EQ(find_model_folder("a/b").filename(), "0123");
  folder_.write("cache/huggingface/hub/models--a--b/snapshots/4567/config.json", "{}");
  EXPECT_EQ(code_of("a/b"), ErrorCode::kNotFound);
}

TEST_F(Locate, RefThatIsNoCommitIsNotFollowed) {
  folder_.write("outside/config.json", "{}");
  folder_.write("cache/huggingface/hub/models--a--b/refs/main", "../../../../outside");
  EXPECT_EQ(code_of("a/b"), ErrorCode::kNotFound);
}

TEST_F(Locate, AbsentModelSaysWhereWasLooked) {
  EXPECT_EQ(code_of("nobody/nothing"), ErrorCode::kNotFound);
  EXPECT_NE(message_.find("sememe/models/nobody/nothing"), std::string::npos) << message_;
  EXPECT_NE(message_.find("models--nobody--nothing"), std::string::npos) << message_;
  EXPECT_EQ(code_of("/no/such/folder"), ErrorCode::kNotFound);
  EXPECT_EQ(code_of("../x"), ErrorCode::kNotFound);
}

TEST_F(Locate, FileAndEmptyNameAreTheCallersMistake) {
  EXPECT_EQ(code_of(folder_.write("weights.bin", "x").string()), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(""), ErrorCode::kInvalidArgument);
}

TEST_F(Locate, PathsOfModulesStayInside) {
  const std::filesystem::path root = "/m";
  EXPECT_EQ(inside_folder(root, "1_Pooling", "modules.json"), "/m/1_Pooling");
  EXPECT_EQ(inside_folder(root, "", "modules.json"), "/m");
  for (const std::string_view bad : {std::string_view("../x"), std::string_view("a/../../x"), std::string_view("/etc"),
                                     std::string_view("a\\b"), std::string_view("a\0b", 3)})
    EXPECT_THROW(inside_folder(root, bad, "modules.json"), Error) << bad;
}

}  // namespace
}  // namespace sememe
