// Nothing is wrong here: it stands before what is, as any file of a unit may.
int innocent() {
    return 0;
}
