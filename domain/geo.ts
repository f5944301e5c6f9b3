/** Distances on the earth. */
import type { GeoPoint } from './lead/lead.ts';

const EARTH_RADIUS_KM = 6_371.0088;
const RADIANS = Math.PI / 180;

/** The great-circle distance (haversine), kilometres. */
export function distanceKm(a: GeoPoint, b: GeoPoint): number {
  const halfLat = Math.sin(((b.lat - a.lat) * RADIANS) / 2);
  const halfLon = Math.sin(((b.lon - a.lon) * RADIANS) / 2);
  const h = halfLat * halfLat + Math.cos(a.lat * RADIANS) * Math.cos(b.lat * RADIANS) * halfLon * halfLon;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}
