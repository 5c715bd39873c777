export function findChromium(
  env?: Readonly<Record<string, string | undefined>>,
  platform?: string,
): string | undefined
