import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Rows of `gatehouse.token_refreshes`. All times come from the database's clock, because instances' clocks may differ. */
@Injectable()
export class TokenRefreshesStore {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /**
   * @param lease seconds after which another holder may take over, because this one has probably died.
   * @returns false while another holder has the account.
   */
  async take(accountId: string, holder: string, lease: number): Promise<boolean> {
    const taken = await this.dataSource.query<unknown[]>(
      `insert into gatehouse.token_refreshes as ongoing (account_id, holder, expires_at)
       values ($1, $2, now() + $3 * interval '1 second')
       on conflict (account_id) do update set holder = excluded.holder, expires_at = excluded.expires_at
       where ongoing.expires_at < now()
       returning 1`,
      [accountId, holder, lease],
    );
    return taken.length > 0;
  }

  async release(accountId: string, holder: string): Promise<void> {
    await this.dataSource.query(
      'delete from gatehouse.token_refreshes where account_id = $1 and holder = $2',
      [accountId, holder],
    );
  }
}
