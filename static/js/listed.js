// Names in a row, as the language of the page puts them: "a, b, c" or "a、b和c".
export const listed = (names) =>
  new Intl.ListFormat(document.documentElement.lang, { style: "narrow" }).format(names);
