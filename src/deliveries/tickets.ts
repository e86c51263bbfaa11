/** Names a range on the queue. Carries no truth: a lost one is issued again by housekeeping. */
export interface RangeTicket {
  range: string;
  edition: string;
  dueAt: Date;
  /** How often the range's ticket was issued, this time included: the queue ignores an id it still knows. */
  issued: number;
}
