// Wrong on purpose and never compiled: the static checks must report each of these, whatever file stands before this
// one.
#include <string>

int dereferenced_null(const int* given, bool asked) {
    if (given == 0 && asked) {
        return *given;
    }
    return 0;
}

bool counted_to_be_empty(const std::string& text) {
    return text.size() == 0;
}
