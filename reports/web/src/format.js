// Numbers for people, as the server side writes them.

const NARROW = '\u202f';

/** Seconds as m:ss, or h:mm:ss from one hour on. */
export function clock(seconds) {
  const whole = Math.round(seconds);
  const two = (n) => String(n).padStart(2, '0');
  return whole < 3600
    ? `${Math.floor(whole / 60)}:${two(whole % 60)}`
    : `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

/** A duration in seconds with three digits and a unit. */
export function duration(seconds) {
  const digits = (n, most) => String(+n.toFixed(most));
  if (seconds < 0.00995) return `${digits(seconds * 1e3, 2)} ms`;
  if (seconds < 0.9995) return `${digits(seconds * 1e3, seconds < 0.0995 ? 1 : 0)} ms`;
  if (seconds < 59.5) return `${digits(seconds, seconds < 9.995 ? 2 : 1)} s`;
  return `${Math.floor(Math.round(seconds) / 60)} min ${String(Math.round(seconds) % 60).padStart(2, '0')} s`;
}

/** A count or a rate: grouped thousands, at most three digits after the point of small numbers. */
export function count(n) {
  const size = Math.abs(n);
  const text = size >= 100 ? Math.round(n).toString() : String(+n.toFixed(size >= 10 ? 1 : 2));
  const [whole, rest] = text.split('.');
  const grouped = whole.length < 4 ? whole : whole.replace(/\B(?=(\d{3})+$)/g, NARROW);
  return rest ? `${grouped}.${rest}` : grouped;
}

/** A share as a percentage. */
export const percent = (share) => `${+(share * 100).toFixed(1)} %`;

export const formats = { duration, count, percent };
