/** One sentence with its checksum and line end. */
export function sentence(body: string): string {
  let sum = 0
  for (const letter of body) sum ^= letter.charCodeAt(0)
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`
}

export type Moment = {
  readonly latE6: number
  readonly lonE6: number
  /** `hhmmss.ss` */
  readonly time: string
  readonly quality?: string
  readonly mode?: string
  readonly status?: string
  readonly hdop?: string
}

function angle(degreesE6: number, width: number): string {
  const degrees = Math.floor(Math.abs(degreesE6) / 1e6)
  const minutesE6 = Math.round((Math.abs(degreesE6) - degrees * 1e6) * 60)
  const fraction = String(minutesE6 % 1e6).padStart(6, '0')
  const minutes = String(Math.floor(minutesE6 / 1e6)).padStart(2, '0')
  return `${String(degrees).padStart(width, '0')}${minutes}.${fraction}`
}

/** RMC and GGA of one moment, as a receiver for several systems sends them. */
export function moment({ latE6, lonE6, time, ...rest }: Moment): string {
  const { quality = '1', mode = 'A', status = 'A', hdop = '0.9' } = rest
  const lat = `${angle(latE6, 2)},${latE6 < 0 ? 'S' : 'N'}`
  const lon = `${angle(lonE6, 3)},${lonE6 < 0 ? 'W' : 'E'}`
  return (
    sentence(`GNRMC,${time},${status},${lat},${lon},0.0,,040326,,,${mode}`) +
    sentence(`GNGGA,${time},${lat},${lon},${quality},09,${hdop},10.0,M,0.0,M,,`)
  )
}
