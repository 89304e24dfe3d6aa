import { pageByTime } from '@portico/plugin-kit/backend';
import type { Handlers, Queries } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import type { Money } from '@portico/plugin-kit/contract';
import type { billingContract } from '@portico/plugin-billing/contract';
import { approveRefund, decideRefund } from '../actions/decide-refund';
import { makeRefund, previewRefund } from '../actions/make-refund';
import type { RefundRequest } from '../actions/make-refund';
import { adminRefundReplies, disputeReplies, previewReply, refundReply } from '../refund-replies';
import type { BillingServices } from '../services';
import { disputesPage } from '../store/disputes';
import { refundById, refundsPage } from '../store/refunds';
import type { RefundFilter, RefundRow } from '../store/refunds';

type RefundHandlers = Pick<
  Handlers<typeof billingContract>,
  | 'approveRefund'
  | 'decideRefund'
  | 'getAnyRefund'
  | 'getRefund'
  | 'listAllRefunds'
  | 'listDisputes'
  | 'listRefunds'
  | 'previewRefund'
  | 'previewUserRefund'
  | 'refundUser'
  | 'requestRefund'
>;

export function refundRoutes(services: BillingServices): RefundHandlers {
  const { database, access } = services;

  const page = (query: { limit?: number; cursor?: string }, list: { name: string; filter: RefundFilter }) =>
    pageByTime(query, {
      name: list.name,
      rows: ({ after, limit }) => refundsPage(database.read, { filter: list.filter, after, limit }),
      placeOf: refund => ({ at: refund.requested_at, id: refund.refund_id }),
    });

  const detail = async (queries: Queries, refund: RefundRow) => {
    const [body] = await adminRefundReplies(queries, services, [refund]);
    if (body === undefined) throw common.fail('not_found');
    return body;
  };

  /** A user’s organization, as the one that is given money back. */
  const ofUser = async (
    queries: Queries,
    { requestedBy, userId }: { requestedBy: string; userId: string },
    body: { organization_id?: string; payment_id?: string; amount: Money },
  ): Promise<RefundRequest & { money: Money }> => {
    const named = body.organization_id === undefined ? {} : { organizationId: body.organization_id };
    const home = await access.homeOf(queries, { userId, ...named });
    if (home === null) throw common.fail('not_found');
    return { ...home, madeBy: 'platform', userId, requestedBy, paymentId: body.payment_id ?? null, money: body.amount };
  };

  return {
    async listRefunds({ caller, query }) {
      const { status, payment_id: paymentId } = query;
      const filter = { organizationId: caller.organizationId, status, paymentId };
      const name = `billing.refunds ${status ?? ''} ${paymentId ?? ''}`;
      const { shown, nextCursor } = await page(query, { name, filter });
      return { status: 200, body: { items: shown.map(refundReply), next_cursor: nextCursor } };
    },

    async getRefund({ caller, params }) {
      const refund = await refundById(database.read, params.refund_id);
      if (refund?.organization_id !== caller.organizationId) throw common.fail('not_found');
      return { status: 200, body: refundReply(refund) };
    },

    async requestRefund(request) {
      const { caller, body, actor, correlationId } = request;
      return request.write(async tx => {
        const refund = await makeRefund(tx, services, {
          ...{ madeBy: 'customer', ...caller, paymentId: body.payment_id, money: body.amount },
          ...{ reason: body.reason, expectedOutcome: null, requestedBy: caller.userId, actor, correlationId },
        });
        return { status: 201, body: refundReply(refund) };
      });
    },

    async previewRefund({ caller, body }) {
      const about = { paymentId: body.payment_id, money: body.amount ?? null, requestedBy: caller.userId };
      const asked = { ...caller, ...about, madeBy: 'customer' } as const;
      return { status: 200, body: previewReply(await previewRefund(database.read, services, asked)) };
    },

    async refundUser(request) {
      const { caller, params, body, actor, correlationId } = request;
      return request.write(async tx => {
        const refund = await makeRefund(tx, services, {
          ...(await ofUser(tx, { requestedBy: caller.userId, userId: params.user_id }, body)),
          ...{ reason: body.reason, expectedOutcome: body.expected_outcome ?? null },
          ...{ actor, correlationId },
        });
        return { status: 201, body: await detail(tx, refund) };
      });
    },

    async previewUserRefund({ caller, params, body }) {
      const asked = await ofUser(database.read, { requestedBy: caller.userId, userId: params.user_id }, body);
      return { status: 200, body: previewReply(await previewRefund(database.read, services, asked)) };
    },

    async listAllRefunds({ query }) {
      const { status, payment_id: paymentId, organization_id: organizationId } = query;
      const name = `billing.all-refunds ${status ?? ''} ${paymentId ?? ''} ${organizationId ?? ''}`;
      const { shown, nextCursor } = await page(query, { name, filter: { organizationId, status, paymentId } });
      const items = await adminRefundReplies(database.read, services, shown);
      return { status: 200, body: { items, next_cursor: nextCursor } };
    },

    async getAnyRefund({ params }) {
      const refund = await refundById(database.read, params.refund_id);
      if (refund === undefined) throw common.fail('not_found');
      return { status: 200, body: await detail(database.read, refund) };
    },

    async approveRefund(request) {
      return request.write(async tx => {
        const refund = await approveRefund(tx, services, { ...request, refundId: request.params.refund_id });
        return { status: 200, body: await detail(tx, refund) };
      });
    },

    async decideRefund(request) {
      return request.write(async tx => {
        const decision = { ...request, ...request.body, refundId: request.params.refund_id };
        return { status: 200, body: await detail(tx, await decideRefund(tx, services, decision)) };
      });
    },

    async listDisputes({ query }) {
      const { status, organization_id: organizationId } = query;
      const { shown, nextCursor } = await pageByTime(query, {
        name: `billing.disputes ${status ?? ''} ${organizationId ?? ''}`,
        rows: ({ after, limit }) => disputesPage(database.read, { filter: { organizationId, status }, after, limit }),
        placeOf: dispute => ({ at: dispute.opened_at, id: dispute.dispute_id }),
      });
      const items = await disputeReplies(database.read, services, shown);
      return { status: 200, body: { items, next_cursor: nextCursor } };
    },
  };
}
