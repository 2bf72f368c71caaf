/** Breaks: exports have names. */
export default 1;
