-- Charges that have ended are forgotten by their time.
CREATE INDEX guard_charge_ended ON guard_charge (expires_at_ms) WHERE state <> 'held'
