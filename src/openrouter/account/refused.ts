/** The same sentence warns of credits and is the error of `--generations`. */
export function refusedLine(status: number): string {
  return `OpenRouter refused the key (${status}): it is wrong, disabled or expired. Prices do not need it.`;
}
