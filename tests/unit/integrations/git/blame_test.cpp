// Blame inside a range, against git's own.
#include <random>
#include <sstream>

#include "support.hpp"

namespace slipway::git::test {
namespace {

/// "commit original-line" of each line, from `git blame --porcelain`.
std::vector<std::pair<std::string, std::size_t>> git_blame(history& repo, const std::string& range,
                                                           const std::string& path) {
    std::vector<std::pair<std::string, std::size_t>> lines;
    std::istringstream out{repo.git({"blame", "--porcelain", range, "--", path})};
    for (std::string line; std::getline(out, line);) {
        if (line.size() < 42 || line[40] != ' ' || line.find_first_not_of("0123456789abcdef") != 40) continue;
        lines.emplace_back(line.substr(0, 40), std::stoul(line.substr(41)));
    }
    return lines;
}

blame_question all_of(const std::string& path, const std::string& newest, const std::string& oldest = "") {
    blame_question question;
    question.path = path;
    question.newest = newest;
    question.oldest = oldest;
    return question;
}

/// Lines that differ from each other, so that no alignment is ambiguous.
std::string grow(std::vector<std::string>& lines, std::mt19937& chance, int& counter) {
    const int changes = 1 + static_cast<int>(chance() % 3);
    for (int each = 0; each < changes; ++each) {
        const auto at = lines.empty() ? 0 : chance() % lines.size();
        const auto fresh = "line " + std::to_string(++counter) + " " + std::to_string(chance());
        switch (chance() % 3) {
            case 0:
                if (!lines.empty()) lines[at] = fresh;
                break;
            case 1:
                if (lines.size() > 4) lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
                break;
            default:
                lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), fresh);
        }
    }
    std::string text;
    for (const auto& each : lines) text += each + "\n";
    return text;
}

}  // namespace

TEST_CASE("every line of a generated history is blamed as git blames it", "[git][blame]") {
    const auto seed = GENERATE(1U, 2U, 3U, 4U);
    temporary_folder folder;
    history repo{folder.path("app")};
    std::mt19937 chance{seed};
    int counter = 0;
    std::vector<std::string> trunk;
    for (int each = 0; each < 12; ++each) trunk.push_back("start " + std::to_string(each));
    std::string base;
    for (int round = 0; round < 8; ++round) {
        repo.commit("Trunk", {{"file", grow(trunk, chance, counter)}});
        if (round == 3) base = repo.id("HEAD");
        // A side branch touches the end of the file, so the merge has nothing to ask.
        const auto branch = "side" + std::to_string(round);
        repo.git({"checkout", "--quiet", "-b", branch});
        trunk.push_back("side " + std::to_string(round));
        auto text = grow(trunk, chance, counter);
        repo.commit("Side", {{"file", text}});
        repo.git({"checkout", "--quiet", "main"});
        repo.commit("Elsewhere", {{"other", std::to_string(round)}});
        repo.merge(branch, "Merge " + branch);
    }
    const auto head = repo.id("HEAD");
    opened git{repo.directory()};

    const auto whole = run(git->blame(all_of("file", head))).value();
    const auto expected = git_blame(repo, head, "file");
    REQUIRE(whole.size() == expected.size());
    for (std::size_t each = 0; each < whole.size(); ++each) {
        INFO("line " << each + 1 << " of seed " << seed);
        CHECK(whole[each].number == each + 1);
        CHECK(whole[each].in_range);
        CHECK(whole[each].commit == expected[each].first);
        CHECK(whole[each].original_number == expected[each].second);
    }

    const auto bounded = run(git->blame(all_of("file", head, base))).value();
    REQUIRE(bounded.size() == expected.size());
    for (std::size_t each = 0; each < bounded.size(); ++each) {
        const bool older = run(git->is_ancestor(expected[each].first, base)).value();
        CHECK(bounded[each].in_range == !older);
        CHECK(bounded[each].commit == (older ? base : expected[each].first));
    }
}

TEST_CASE("a long file is blamed as git blames it, whatever moved in it", "[git][blame]") {
    const auto seed = GENERATE(11U, 12U);
    temporary_folder folder;
    history repo{folder.path("app")};
    std::mt19937 chance{seed};
    int counter = 0;
    std::vector<std::string> lines;
    const auto insert = [&](std::size_t at, std::size_t count) {
        std::vector<std::string> block;
        for (std::size_t each = 0; each < count; ++each) block.push_back("unique " + std::to_string(++counter));
        lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), block.begin(), block.end());
    };
    insert(0, 900);
    for (int round = 0; round < 12; ++round) {
        const auto at = chance() % lines.size();
        // More than is looked ahead, a piece out of the middle, both ends; small changes close to each other.
        if (round % 4 == 0) insert(at, 150);
        if (round % 4 == 1)
            lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at),
                        lines.begin() + static_cast<std::ptrdiff_t>(std::min(at + 130, lines.size())));
        if (round % 4 == 2) insert(0, 3), insert(lines.size(), 3);
        grow(lines, chance, counter);
        for (auto& each : lines)
            if (chance() % 100 == 0) each += " changed";
        std::string text;
        for (const auto& each : lines) text += each + "\n";
        if (round % 5 == 4) text.pop_back();  // no line end at the end
        repo.commit("Round", {{"file", text}});
    }
    const auto head = repo.id("HEAD");
    opened git{repo.directory()};
    const auto whole = run(git->blame(all_of("file", head))).value();
    const auto expected = git_blame(repo, head, "file");
    REQUIRE(whole.size() == expected.size());
    std::size_t others = 0;
    for (std::size_t each = 0; each < whole.size(); ++each)
        others += whole[each].commit != expected[each].first || whole[each].original_number != expected[each].second;
    CHECK(others == 0);
}

TEST_CASE("blame follows a renamed file", "[git][blame]") {
    temporary_folder folder;
    history repo{folder.path("app")};
    const auto first = repo.commit("First", {{"old", "1\n2\n3\n4\n5\n6\n"}});
    std::filesystem::rename(folder.path("app/old"), folder.path("app/new"));
    const auto second = repo.commit("Rename and edit", {{"new", "1\n2\n3 changed\n4\n5\n6\n"}});
    opened git{repo.directory()};
    const auto lines = run(git->blame(all_of("new", second))).value();
    REQUIRE(lines.size() == 6);
    CHECK(lines[0].commit == first);
    CHECK(lines[2].commit == second);
    CHECK(lines[5].commit == first);
}

TEST_CASE("only the lines asked for are blamed, and bad questions are told apart", "[git][blame]") {
    temporary_folder folder;
    history repo{folder.path("app")};
    const auto first = repo.commit("First", {{"f", "1\n2\n3\n"}, {"empty", ""}});
    const auto second = repo.commit("Second", {{"f", "1\nx\n3"}});
    opened git{repo.directory()};
    auto question = all_of("f", second, first);
    question.first_line = 2;
    question.last_line = 2;
    const auto lines = run(git->blame(question)).value();
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].number == 2);
    CHECK(lines[0].commit == second);
    question.last_line = 99;  // a stack trace of another version may point past the end
    CHECK(run(git->blame(question)).value().size() == 2);
    question.first_line = 50;
    CHECK(run(git->blame(question)).error() == errc::invalid);
    CHECK(run(git->blame(all_of("missing", second))).error() == errc::not_found);
    CHECK(run(git->blame(all_of("empty", second))).value().empty());
    CHECK(run(git->blame(all_of("../f", second))).error() == errc::invalid);
}

}  // namespace slipway::git::test
