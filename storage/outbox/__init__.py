"""The outbox: who gets what (planning), what is on its way (deliveries), what editors send (store), who leads (leases)."""
