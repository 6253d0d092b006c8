"""What should happen: rules, trees and the playbook that holds them. Data, and pure functions of it."""
