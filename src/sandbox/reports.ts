import * as v from 'valibot';

export interface Report {
  readonly id: number;
  readonly title: string;
  readonly status: 'draft' | 'published';
  readonly createdAt: string;
}

/** What `POST /reports` takes. */
export const newReportSchema = v.strictObject({
  title: v.pipe(v.string(), v.trim(), v.nonEmpty(), v.maxLength(200)),
  status: v.optional(v.picklist(['draft', 'published']), 'draft'),
});

const firstReports: readonly Report[] = [
  { id: 1, title: 'Visitors by week', status: 'published', createdAt: '2026-01-05T09:00:00Z' },
  { id: 2, title: 'Revenue by region', status: 'published', createdAt: '2026-02-02T09:00:00Z' },
  { id: 3, title: 'Open invoices', status: 'draft', createdAt: '2026-03-02T09:00:00Z' },
];

/** More would only fill the memory of a process that is there to try things out. */
const mostReports = 1000;

/** The reports of one sandbox, in memory; gone when it stops. */
export class Reports {
  readonly #byId = new Map(firstReports.map((report) => [report.id, report]));
  #nextId = firstReports.length + 1;

  list(): Report[] {
    return [...this.#byId.values()];
  }

  find(id: number): Report | null {
    return this.#byId.get(id) ?? null;
  }

  /** Null when there are too many already. */
  add(report: v.InferOutput<typeof newReportSchema>): Report | null {
    if (this.#byId.size >= mostReports) return null;
    const added = { id: this.#nextId, ...report, createdAt: new Date().toISOString() };
    this.#nextId += 1;
    this.#byId.set(added.id, added);
    return added;
  }

  /** False when there is no such report. */
  remove(id: number): boolean {
    return this.#byId.delete(id);
  }
}
