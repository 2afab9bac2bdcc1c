// Files that are compiled as one must not lend each other their local names: an unqualified call would find a
// neighbour's helper instead of the function it means, and only where they are compiled together.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
    std::ifstream in{file};
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

/// Without comments and with empty literals. Not a parser: enough for code that clang-format has laid out.
std::string code_of(const std::string& source) {
    std::string code;
    for (std::size_t i = 0; i < source.size(); ++i) {
        if (source.compare(i, 3, "R\"(") == 0) {
            i = std::min(source.find(")\"", i), source.size() - 2) + 1;
        } else if (source.compare(i, 2, "//") == 0) {
            i = std::min(source.find('\n', i), source.size()) - 1;
        } else if (source[i] == '"') {
            for (++i; i < source.size() && source[i] != '"'; ++i) i += source[i] == '\\' ? 1 : 0;
        } else {
            code += source[i];
        }
    }
    return code;
}

/// What stands in `namespace { … }`, one after the other.
std::string local_part_of(const std::string& code) {
    std::string parts;
    const std::string opening = "namespace {";
    for (auto at = code.find(opening); at != std::string::npos; at = code.find(opening, at)) {
        at += opening.size();
        const auto begin = at;
        for (int depth = 1; at < code.size() && depth > 0; ++at)
            depth += code[at] == '{' ? 1 : code[at] == '}' ? -1 : 0;
        parts += code.substr(begin, at - begin - 1) + "\n";
    }
    return parts;
}

/// Functions, constants and types that a file keeps to itself; namespace aliases may be repeated.
std::set<std::string> local_names_of(const std::string& local) {
    static const std::regex function{
        "\\n(?!\\s|return|else|case|if|for|while|using|struct|enum|class|template|namespace|static_assert)"
        "[^\\n;={]*?[ &*>]([a-z_][a-z0-9_]*)\\("};
    static const std::regex constant{
        "\\n(?:const|constexpr|inline|static)[^\\n;={(]*[ &*]([a-z_]\\w*)(?:\\[\\])?\\s*[={(]"};
    static const std::regex type{"\\n(?:struct|class|enum class|enum)\\s+(\\w+)"};
    std::set<std::string> names;
    for (const auto* kind : {&function, &constant, &type})
        for (std::sregex_iterator each{local.begin(), local.end(), *kind}, end; each != end; ++each)
            names.insert((*each)[1]);
    return names;
}

bool calls(const std::string& code, const std::string& name) {
    for (auto at = code.find(name); at != std::string::npos; at = code.find(name, at + 1)) {
        const char before = at == 0 ? ' ' : code[at - 1];
        const bool apart = std::isalnum(static_cast<unsigned char>(before)) == 0 &&
                           std::string{"_.>:~"}.find(before) == std::string::npos;
        if (apart && code[std::min(at + name.size(), code.size() - 1)] == '(') return true;
    }
    return false;
}

struct neighbour {
    std::string file, code;
    std::set<std::string> names;
};

std::vector<std::string> clashes_of(const std::vector<neighbour>& together) {
    std::vector<std::string> found;
    for (const auto& one : together)
        for (const auto& other : together) {
            if (&one == &other) continue;
            for (const auto& name : one.names)
                if (calls(other.code, name) || (&one < &other && other.names.contains(name)))
                    found.push_back("`" + name + "` of " + one.file + " is met in " + other.file);
        }
    return found;
}

neighbour read_neighbour(const std::string& file, const std::string& source) {
    auto code = code_of(source);
    return {file, code, local_names_of("\n" + local_part_of(code))};
}

}  // namespace

TEST_CASE("no file meets a local name of another one that is compiled with it", "[architecture]") {
    int files = 0;
    for (const auto& target : fs::directory_iterator{fs::path{SLIPWAY_BINARY_DIR} / "CMakeFiles"}) {
        if (!fs::exists(target.path() / "Unity")) continue;
        for (const auto& unit : fs::directory_iterator{target.path() / "Unity"}) {
            if (unit.path().extension() != ".cxx") continue;
            std::vector<neighbour> together;
            std::istringstream lines{text_of(unit.path())};
            for (std::string line; std::getline(lines, line);)
                if (line.starts_with("#include \"")) {
                    const auto file = line.substr(10, line.rfind('"') - 10);
                    together.push_back(read_neighbour(file, text_of(file)));
                }
            files += static_cast<int>(together.size());
            for (const auto& clash : clashes_of(together))
                FAIL_CHECK(clash << ": rename it, or list a file in SLIPWAY_COMPILED_ALONE of CMakeLists.txt");
        }
    }
    INFO(files << " files are compiled together");
    CHECK((files == 0 || files > 100));
}

TEST_CASE("negative control: a neighbour's local function, constant or type is found", "[architecture]") {
    const auto owner = read_neighbour("owner.cpp",
                                      "namespace {\n\nstd::string joined(int a) {\n    return {};\n}\n"
                                      "constexpr int most = 3;\nstruct place {\n};\n}  // namespace\n");
    CHECK(owner.names == std::set<std::string>{"joined", "most", "place"});
    const auto met = [&](const std::string& source) {
        return clashes_of({owner, read_neighbour("other.cpp", source)}).size();
    };
    CHECK(met("int main() { return joined(1); }\n") == 1);
    CHECK(met("namespace {\n\nconstexpr int most = 4;\n}\n") == 1);
    CHECK(met("int main() { return text.joined(1) + base::joined(2) + is_joined(3); }  // joined(4)\n") == 0);
    CHECK(met("const char* text = \"joined(5)\";\n") == 0);
}
