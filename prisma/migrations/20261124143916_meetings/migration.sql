-- CreateEnum
CREATE TYPE "MeetingPhase" AS ENUM ('scheduled', 'open', 'closed', 'cancelled');

-- CreateEnum
CREATE TYPE "MeetingItemKind" AS ENUM ('agenda', 'minutes', 'motion');

-- CreateEnum
CREATE TYPE "MeetingItemState" AS ENUM ('held', 'shown', 'withheld');

-- CreateEnum
CREATE TYPE "MeetingVoteState" AS ENUM ('none', 'open', 'closed');

-- CreateTable
CREATE TABLE "meeting" (
    "id" UUID NOT NULL,
    "pool_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "title" TEXT NOT NULL,
    "phase" "MeetingPhase" NOT NULL DEFAULT 'scheduled',
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "scheduled_at" TIMESTAMPTZ(3) NOT NULL,
    "scheduled_by" UUID NOT NULL,
    "short_notice" TEXT NOT NULL DEFAULT '',
    "chair_id" UUID NOT NULL,
    "opened_at" TIMESTAMPTZ(3),
    "closed_at" TIMESTAMPTZ(3),
    "presenter_id" UUID,
    "floor_id" UUID,
    "current_item_id" UUID,

    CONSTRAINT "meeting_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "meeting_item" (
    "id" UUID NOT NULL,
    "meeting_id" UUID NOT NULL,
    "kind" "MeetingItemKind" NOT NULL,
    "state" "MeetingItemState" NOT NULL,
    "text" TEXT NOT NULL DEFAULT '',
    "pending" TEXT,
    "pending_by" UUID,
    "user_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "listed_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "reason" TEXT NOT NULL DEFAULT '',
    "vote" "MeetingVoteState" NOT NULL DEFAULT 'none',
    "outcome" TEXT,

    CONSTRAINT "meeting_item_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "meeting_vote" (
    "item_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "choice" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "meeting_vote_pkey" PRIMARY KEY ("item_id","organization_id")
);

-- CreateTable
CREATE TABLE "attendance" (
    "id" UUID NOT NULL,
    "meeting_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "joined_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "left_at" TIMESTAMPTZ(3),

    CONSTRAINT "attendance_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "meeting_hand" (
    "id" UUID NOT NULL,
    "meeting_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "raised_at" TIMESTAMPTZ(3) NOT NULL,
    "lowered_at" TIMESTAMPTZ(3),

    CONSTRAINT "meeting_hand_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "meeting_pool_id_number_key" ON "meeting"("pool_id", "number");

-- CreateIndex
CREATE INDEX "meeting_item_meeting_id_idx" ON "meeting_item"("meeting_id");

-- CreateIndex
CREATE INDEX "attendance_meeting_id_idx" ON "attendance"("meeting_id");

-- CreateIndex
CREATE INDEX "meeting_hand_meeting_id_idx" ON "meeting_hand"("meeting_id");

-- AddForeignKey
ALTER TABLE "meeting" ADD CONSTRAINT "meeting_pool_id_fkey" FOREIGN KEY ("pool_id") REFERENCES "pool"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "meeting_item" ADD CONSTRAINT "meeting_item_meeting_id_fkey" FOREIGN KEY ("meeting_id") REFERENCES "meeting"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "meeting_vote" ADD CONSTRAINT "meeting_vote_item_id_fkey" FOREIGN KEY ("item_id") REFERENCES "meeting_item"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attendance" ADD CONSTRAINT "attendance_meeting_id_fkey" FOREIGN KEY ("meeting_id") REFERENCES "meeting"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "meeting_hand" ADD CONSTRAINT "meeting_hand_meeting_id_fkey" FOREIGN KEY ("meeting_id") REFERENCES "meeting"("id") ON DELETE CASCADE ON UPDATE CASCADE;
