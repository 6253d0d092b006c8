"""What the policies of a playbook are in documents: conditions and recipients as text, everything else as it is."""
