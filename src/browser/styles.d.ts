/** Styles that a program imports: the build puts them into a file beside the program. */
declare module '*.css'
