/** Texts that do something to a terminal: what each does is said after it. */
export const terminalAttacks: readonly string[] = [
  '\u001B]0;owned\u0007', // the title of the window
  '\u001B]52;c;ZWNobyBwd25lZAo=\u001B\\', // the clipboard
  '\u001B]8;;https://example.com\u001B\\link\u001B]8;;\u001B\\', // a link
  '\u001B[2J\u001B[1;1H', // the screen is cleared
  '\u001B[8m', // hidden letters
  '\u001B[6n\u001B[c', // an answer is typed
  '\u001BP$q"p\u001B\\', // the same, with a string
  '\u0007\b\u007F',
  '\u009B2J\u009D0;owned\u009C', // the first and the fourth as C1
  '\u202Egpj.exe', // read from the right
]
